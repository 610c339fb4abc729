using DetrPerfLab.Onnx.Proto;
using Microsoft.ML.OnnxRuntime;

namespace DetrPerfLab.Engines;

/// <summary>Runs a small int8 model in ONNX Runtime on one bound input and output: the peak of int8, for which .NET has no instruction.</summary>
public sealed class Int8Kernel : IDisposable
{
    readonly InferenceSession _session;
    readonly RunOptions _run;
    readonly OrtIoBinding _binding;
    readonly OrtValue _input, _output;

    // Input bytes repeat with a prime period, which they stay below. Kernels without VNNI add pairs of products in 16 bits; with the weights' bounds none
    // reaches 32768: 2·126·126 in the matrix product, 2·250·63 in the convolution.
    Int8Kernel(ModelProto model, int threads, int period, double operations, string how)
    {
        (Operations, How) = (operations, $"ONNX Runtime {how}");
        _session = OrtSession.Open(model, new() { IntraOpThreads = threads }, (found, e) => LabError.Missing(
            $"ONNX Runtime {OrtSession.Version()} does not run {how}: {found}. Needed to measure the peak of int8: the version that the lab was built with. Build again: dotnet build -c Release", e));
        _run = new();
        (_input, _output) = (Allocate(_session.InputMetadata), Allocate(_session.OutputMetadata));
        var bytes = _input.GetTensorMutableDataAsSpan<byte>();
        for (var i = 0; i < bytes.Length; i++) { bytes[i] = Input(i, period); }
        _binding = _session.CreateIoBinding();
        _binding.BindInput(_session.InputNames[0], _input);
        _binding.BindOutput(_session.OutputNames[0], _output);
        for (var i = 0; i < 3; i++) { Run(); }
    }

    public static Int8Kernel MatMul(int threads) =>
        new(Int8Graphs.MatMul(), threads, 127, 2.0 * Int8Graphs.Size * Int8Graphs.Size * Int8Graphs.Size, $"MatMulInteger {Int8Graphs.Size}");

    public static Int8Kernel Convolution(int threads)
    {
        const double Filter = Int8Graphs.Channels * Int8Graphs.Kernel * Int8Graphs.Kernel, Outputs = Int8Graphs.Channels * Int8Graphs.Side * Int8Graphs.Side;
        return new(Int8Graphs.Convolution(), threads, 251, 2 * Int8Graphs.Layers * Filter * Outputs, $"QLinearConv {Int8Graphs.Kernel}x{Int8Graphs.Kernel}, {Int8Graphs.Channels} channels");
    }

    /// <summary>Arithmetic operations of one run, a multiply-add counted as two; the zeros at a convolution's border are not left out.</summary>
    public double Operations { get; }
    public string How { get; }

    internal ReadOnlySpan<T> Output<T>() where T : unmanaged => _output.GetTensorDataAsSpan<T>();

    internal static byte Input(int i, int period) => (byte)((i * 31L) % period);

    /// <summary>One run; blocks until it is done, allocates nothing.</summary>
    public void Run() => _session.RunWithBinding(_run, _binding);

    public void Dispose()
    {
        _binding.Dispose();
        _input.Dispose();
        _output.Dispose();
        _run.Dispose();
        _session.Dispose();
    }

    static OrtValue Allocate(IReadOnlyDictionary<string, NodeMetadata> tensors)
    {
        var tensor = tensors.Values.Single();
        return OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, tensor.ElementDataType, [.. tensor.Dimensions.Select(d => (long)d)]);
    }
}
