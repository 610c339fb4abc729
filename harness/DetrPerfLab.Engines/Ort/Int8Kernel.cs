using DetrPerfLab.Onnx.Proto;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;

namespace DetrPerfLab.Engines;

/// <summary>A small model of 8-bit integers that ONNX Runtime runs on one bound input and output: shows what the machine attains in int8, where .NET has no instruction for it.</summary>
/// <typeparam name="TOutput">Type of the output's elements.</typeparam>
public abstract class Int8Kernel<TOutput> : IDisposable where TOutput : unmanaged
{
    readonly InferenceSession _session;
    readonly RunOptions _run = new();
    readonly OrtIoBinding _binding;
    readonly OrtValue _input, _output;
    readonly TOutput[] _values;

    private protected Int8Kernel(ModelProto model, int threads, Func<int, byte> input, long[] inputShape, long[] outputShape)
    {
        var bytes = GC.AllocateArray<byte>(Count(inputShape), pinned: true);
        for (var i = 0; i < bytes.Length; i++) { bytes[i] = input(i); }
        _values = GC.AllocateArray<TOutput>(Count(outputShape), pinned: true);
        _session = OrtSession.Open(model.ToByteArray(), new() { IntraOpThreads = threads });
        _input = OrtValue.CreateTensorValueFromMemory<byte>(OrtMemoryInfo.DefaultInstance, bytes, inputShape);
        _output = OrtValue.CreateTensorValueFromMemory<TOutput>(OrtMemoryInfo.DefaultInstance, _values, outputShape);
        _binding = _session.CreateIoBinding();
        _binding.BindInput(model.Graph.Input[0].Name, _input);
        _binding.BindOutput(model.Graph.Output[0].Name, _output);
        for (var i = 0; i < 3; i++) { Run(); }
    }

    /// <summary>Of the latest run.</summary>
    internal ReadOnlySpan<TOutput> Output => _values;

    /// <summary>One run; blocks until it is done, allocates nothing.</summary>
    public void Run() => _session.RunWithBinding(_run, _binding);

    /// <inheritdoc/>
    public void Dispose()
    {
        _binding.Dispose();
        _input.Dispose();
        _output.Dispose();
        _run.Dispose();
        _session.Dispose();
        GC.SuppressFinalize(this);
    }

    static int Count(long[] shape) => (int)shape.Aggregate(1L, (product, length) => product * length);
}
