using DetrPerfLab.Onnx.Proto;
using DataType = DetrPerfLab.Onnx.Proto.TensorProto.Types.DataType;

namespace DetrPerfLab.Engines;

/// <summary>A square matrix product of 8-bit integers, uint8 x int8 to int32, as linear layers do it.</summary>
/// <param name="threads">Threads; 1 or more.</param>
/// <exception cref="LabException">ONNX Runtime is missing.</exception>
public sealed class Int8MatMul(int threads) : Int8Kernel<int>(Model(), threads, Left, [Size, Size], [Size, Size])
{
    /// <summary>Rows and columns.</summary>
    internal const int Size = 1024;

    /// <summary>Arithmetic operations of one run, a multiply-add counted as two.</summary>
    public static double Operations => 2.0 * Size * Size * Size;

    /// <summary>As <see cref="PeakInfo.How"/> keeps it.</summary>
    public static string How => $"ONNX Runtime MatMulInteger {Size}";

    // Both stay below 128: kernels without VNNI add pairs of products in 16 bits, which larger values saturate.
    internal static byte Left(int i) => (byte)((i * 31L) % 127);

    internal static sbyte Right(int i) => (sbyte)(((i * 17L) % 253) - 126);

    static ModelProto Model()
    {
        var builder = new GraphBuilder("int8_matmul", opset: 17);
        var right = new sbyte[Size * Size];
        for (var i = 0; i < right.Length; i++) { right[i] = Right(i); }
        var left = builder.Input("left", DataType.Uint8, Size, Size);
        // A constant, as weights are: laid out once for the kernel.
        builder.Output(builder.Node("MatMulInteger", "product", [left, builder.Weight<sbyte>("right", [Size, Size], right)]), DataType.Int32, Size, Size);
        return builder.Build("DetrPerfLab");
    }
}
