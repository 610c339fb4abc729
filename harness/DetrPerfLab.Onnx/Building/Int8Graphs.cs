namespace DetrPerfLab.Onnx;

/// <summary>Small models of 8-bit integers: what the machine can do in int8 is measured with them.</summary>
public static class Int8Graphs
{
    public const int Size = 1024; // rows and columns of the matrix product
    public const int Channels = 256, Side = 56, Kernel = 3; // of each convolution
    public const int Layers = 4; // convolutions in a row, so that the change of layout at both ends counts little

    /// <summary>A square matrix product, uint8 [Size, Size] x int8 to int32, as linear layers do it.</summary>
    public static ModelProto MatMul()
    {
        var builder = new GraphBuilder("int8_matmul", opset: 17);
        var left = builder.Input("left", DataType.Uint8, Size, Size);
        // A constant, as weights are: laid out once for the kernel.
        var right = builder.Weight<sbyte>("right", [Size, Size], [.. Enumerable.Range(0, Size * Size).Select(Right)]);
        builder.Output(builder.Node("MatMulInteger", "product", [left, right]), DataType.Int32, Size, Size);
        return builder.Build();
    }

    // Within ±126, inputs to 126: kernels without VNNI add pairs of products in 16 bits, and 2·126·126 is below 32768.
    internal static sbyte Right(int i) => (sbyte)(((i * 17L) % 253) - 126);

    /// <summary>A row of 3x3 convolutions of uint8 [1, Channels, Side, Side], as a quantised backbone does them.</summary>
    /// <remarks>Kernels that need no copy of their input reach more than a matrix product.</remarks>
    public static ModelProto Convolution()
    {
        var builder = new GraphBuilder("int8_convolution", opset: 17);
        var (one, zero) = (builder.Weight<float>("scale", [], [1f]), builder.Weight<byte>("zero", [], [128]));
        // Sums of 2304 products of such values spread by about 10^5: this scale brings them back into a byte.
        var (narrow, none) = (builder.Weight<float>("narrow", [], [4000f]), builder.Weight<sbyte>("none", [], [0]));
        // Within ±63, inputs to 250: 2·250·63, and 2·255·63 in the layers that follow, are below 32768 too.
        var weights = Enumerable.Range(0, Channels * Channels * Kernel * Kernel).Select(i => (sbyte)(((i * 17L) % 127) - 63));
        var kernel = builder.Weight<sbyte>("kernel", [Channels, Channels, Kernel, Kernel], [.. weights]);
        var x = builder.Input("x", DataType.Uint8, 1, Channels, Side, Side);
        for (var layer = 0; layer < Layers; layer++)
        {
            x = builder.Node("QLinearConv", $"conv{layer}", [x, one, zero, kernel, one, none, narrow, zero], n => n
                .Set("pads", 1L, 1L, 1L, 1L).Set("kernel_shape", Kernel, Kernel));
        }

        builder.Output(x, DataType.Uint8, 1, Channels, Side, Side);
        return builder.Build();
    }
}
