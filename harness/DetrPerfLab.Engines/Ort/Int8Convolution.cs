using DetrPerfLab.Onnx.Proto;
using DataType = DetrPerfLab.Onnx.Proto.TensorProto.Types.DataType;

namespace DetrPerfLab.Engines;

/// <summary>A row of 3x3 convolutions of 8-bit integers, as a quantised backbone does them: kernels that need no copy of their input attain more than a matrix product.</summary>
/// <param name="threads">Threads; 1 or more.</param>
/// <exception cref="LabException">ONNX Runtime is missing.</exception>
public sealed class Int8Convolution(int threads) : Int8Kernel<byte>(Model(), threads, Input, [1, Channels, Side, Side], [1, Channels, Side, Side])
{
    const int Channels = 256, Side = 56, Kernel = 3;

    /// <summary>Convolutions in a row, so that the change of layout at both ends counts little.</summary>
    const int Layers = 4;

    /// <summary>Arithmetic operations of one run, a multiply-add counted as two; the border's zeros are not left out.</summary>
    public static double Operations => 2.0 * Layers * Channels * Channels * Kernel * Kernel * Side * Side;

    /// <summary>As <see cref="PeakInfo.How"/> keeps it.</summary>
    public static string How => $"ONNX Runtime QLinearConv {Kernel}x{Kernel}, {Channels} channels";

    static byte Input(int i) => (byte)((i * 31L) % 251);

    static ModelProto Model()
    {
        var builder = new GraphBuilder("int8_convolution", opset: 17);
        var weights = new sbyte[Channels * Channels * Kernel * Kernel];
        for (var i = 0; i < weights.Length; i++) { weights[i] = (sbyte)(((i * 17L) % 127) - 63); }
        var (one, zero) = (builder.Weight<float>("scale", [], [1f]), builder.Weight<byte>("zero", [], [128]));
        // Sums of 2304 products of such values spread by about 10^5: this scale brings them back into a byte.
        var (narrow, none) = (builder.Weight<float>("narrow", [], [4000f]), builder.Weight<sbyte>("none", [], [0]));
        var kernel = builder.Weight<sbyte>("kernel", [Channels, Channels, Kernel, Kernel], weights);
        var x = builder.Input("x", DataType.Uint8, 1, Channels, Side, Side);
        for (var layer = 0; layer < Layers; layer++)
        {
            x = builder.Node("QLinearConv", $"conv{layer}", [x, one, zero, kernel, one, none, narrow, zero], n => n.Set("pads", 1L, 1L, 1L, 1L).Set("kernel_shape", Kernel, Kernel));
        }

        builder.Output(x, DataType.Uint8, 1, Channels, Side, Side);
        return builder.Build("DetrPerfLab");
    }
}
