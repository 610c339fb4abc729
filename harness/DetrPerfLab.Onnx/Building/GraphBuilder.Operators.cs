namespace DetrPerfLab.Onnx;

/// <remarks>The operators that have attributes or constants; names are those of the ONNX operator list.</remarks>
sealed partial class GraphBuilder
{
    /// <summary>Convolution with its bias. <paramref name="x"/> [N,C,H,W], weight [M,C,k,k].</summary>
    internal string Conv(string name, string x, string weight, string bias, int kernel, int stride = 1, int padding = 0, int dilation = 1) =>
        Node("Conv", name, [x, weight, bias], n => n
            .Set("dilations", dilation, dilation).Set("group", 1).Set("kernel_shape", kernel, kernel)
            .Set("pads", padding, padding, padding, padding).Set("strides", stride, stride));

    /// <summary>Over the last axis.</summary>
    internal string Softmax(string name, string x) => Node("Softmax", name, [x], n => n.Set("axis", -1));

    /// <summary>-1 stands for the rest, 0 for the length that the axis has.</summary>
    internal string Reshape(string name, string x, params ReadOnlySpan<long> shape) => Node("Reshape", name, [x, Constant(shape)]);

    internal string Transpose(string name, string x, params long[] permutation) => Node("Transpose", name, [x], n => n.Set("perm", permutation));

    internal string Concat(string name, long axis, params ReadOnlySpan<string> inputs) => Node("Concat", name, inputs, n => n.Set("axis", axis));

    internal string Gather(string name, string x, string indices, long axis) => Node("Gather", name, [x, indices], n => n.Set("axis", axis));

    internal string Cast(string name, string x, DataType type) => Node("Cast", name, [x], n => n.Set("to", (long)type));

    /// <summary>Lengths of the axes from <paramref name="start"/> to before <paramref name="end"/>, int64.</summary>
    internal string Shape(string name, string x, long start, long end) => Node("Shape", name, [x], n => n.Set("start", start).Set("end", end));
}
