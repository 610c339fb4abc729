using DetrPerfLab.Core;
using DetrPerfLab.Onnx;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using DataType = DetrPerfLab.Onnx.Proto.TensorProto.Types.DataType;

namespace DetrPerfLab.Engines;

/// <summary>A square matrix product of 8-bit integers by ONNX Runtime, uint8 x int8 to int32: what the machine attains in int8, where .NET has no instruction for it.</summary>
/// <example>
/// <code>PeakProbe.WithPeaks(machine, folder, () => { using var product = new Int8MatMul(machine.Cores); return [PeakProbe.Attain(new ActionOperation(product.Run), Int8MatMul.Operations, "int8", Int8MatMul.How)]; })</code>
/// </example>
public sealed class Int8MatMul : IDisposable
{
    /// <summary>Rows and columns.</summary>
    internal const int Size = 1024;

    readonly InferenceSession _session;
    readonly RunOptions _run;
    readonly OrtIoBinding _binding;
    readonly OrtValue _input, _output;
    readonly byte[] _left = GC.AllocateArray<byte>(Size * Size, pinned: true);
    readonly int[] _product = GC.AllocateArray<int>(Size * Size, pinned: true);

    /// <summary>Builds the model in memory, opens it and runs it until the kernel is warm.</summary>
    /// <param name="threads">Threads; 1 or more.</param>
    /// <exception cref="LabException">ONNX Runtime is missing.</exception>
    public Int8MatMul(int threads)
    {
        for (var i = 0; i < _left.Length; i++) { _left[i] = Left(i); }
        _session = OrtSession.Open(Model().ToByteArray(), new() { IntraOpThreads = threads });
        _run = new();
        _input = OrtValue.CreateTensorValueFromMemory<byte>(OrtMemoryInfo.DefaultInstance, _left, [Size, Size]);
        _output = OrtValue.CreateTensorValueFromMemory<int>(OrtMemoryInfo.DefaultInstance, _product, [Size, Size]);
        _binding = _session.CreateIoBinding();
        _binding.BindInput("left", _input);
        _binding.BindOutput("product", _output);
        for (var i = 0; i < 3; i++) { Run(); }
    }

    /// <summary>Arithmetic operations of one run, a multiply-add counted as two.</summary>
    public static double Operations => 2.0 * Size * Size * Size;

    /// <summary>As <see cref="PeakInfo.How"/> keeps it.</summary>
    public static string How => $"ONNX Runtime MatMulInteger {Size}";

    /// <summary>The product of the latest run, [Size, Size].</summary>
    internal ReadOnlySpan<int> Product => _product;

    /// <summary>One product; blocks until it is done, allocates nothing.</summary>
    public void Run() => _session.RunWithBinding(_run, _binding);

    /// <inheritdoc/>
    public void Dispose()
    {
        _binding.Dispose();
        _input.Dispose();
        _output.Dispose();
        _run.Dispose();
        _session.Dispose();
    }

    // Both stay below 128: kernels without VNNI add pairs of products in 16 bits, which larger values saturate.
    internal static byte Left(int i) => (byte)((i * 31L) % 127);

    internal static sbyte Right(int i) => (sbyte)(((i * 17L) % 253) - 126);

    static Onnx.Proto.ModelProto Model()
    {
        var builder = new GraphBuilder("int8_peak", opset: 17);
        var right = new sbyte[Size * Size];
        for (var i = 0; i < right.Length; i++) { right[i] = Right(i); }
        var left = builder.Input("left", DataType.Uint8, Size, Size);
        // A constant, as weights are: laid out once for the kernel.
        var product = builder.Node("MatMulInteger", "product", [left, builder.Weight<sbyte>("right", [Size, Size], right)]);
        builder.Output(product, DataType.Int32, Size, Size);
        return builder.Build("DetrPerfLab");
    }
}
