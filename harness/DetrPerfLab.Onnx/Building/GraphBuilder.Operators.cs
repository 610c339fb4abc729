namespace DetrPerfLab.Onnx;

/// <remarks>One line an operator; the names and attributes are those of the ONNX operator list.</remarks>
public sealed partial class GraphBuilder
{
    /// <summary>Convolution with its bias. <paramref name="x"/> [N,C,H,W], weight [M,C,k,k].</summary>
    public string Conv(string name, string x, string weight, string bias, int kernel, int stride, int padding, int dilation) =>
        Node("Conv", name, [x, weight, bias], n => n
            .Set("dilations", dilation, dilation).Set("group", 1).Set("kernel_shape", kernel, kernel)
            .Set("pads", padding, padding, padding, padding).Set("strides", stride, stride));

    /// <summary>max(x, 0).</summary>
    public string Relu(string name, string x) => Node("Relu", name, [x]);

    /// <summary>x + y, broadcast.</summary>
    public string Add(string name, string x, string y) => Node("Add", name, [x, y]);

    /// <summary>x * y, broadcast.</summary>
    public string Mul(string name, string x, string y) => Node("Mul", name, [x, y]);

    /// <summary>x / y, broadcast.</summary>
    public string Div(string name, string x, string y) => Node("Div", name, [x, y]);

    /// <summary>x * weight + bias. <paramref name="x"/> [rows,K], weight [K,M], bias [M] or empty.</summary>
    public string Gemm(string name, string x, string weight, string bias) =>
        Node("Gemm", name, bias.Length > 0 ? [x, weight, bias] : [x, weight]);

    /// <summary>Batched matrix product over the last two axes.</summary>
    public string MatMul(string name, string x, string y) => Node("MatMul", name, [x, y]);

    /// <summary>Normalises the last axis.</summary>
    public string LayerNormalization(string name, string x, string scale, string bias) =>
        Node("LayerNormalization", name, [x, scale, bias], n => n.Set("axis", -1).Set("epsilon", 1e-5f));

    /// <summary>Softmax over the last axis.</summary>
    public string Softmax(string name, string x) => Node("Softmax", name, [x], n => n.Set("axis", -1));

    /// <summary>Another shape for the same elements; -1 stands for the rest, 0 for the length that the axis has.</summary>
    public string Reshape(string name, string x, params ReadOnlySpan<long> shape) => Node("Reshape", name, [x, Constant(shape)]);

    /// <summary>Axes in another order.</summary>
    public string Transpose(string name, string x, params long[] permutation) => Node("Transpose", name, [x], n => n.Set("perm", permutation));

    /// <summary>Joins along an axis.</summary>
    public string Concat(string name, long axis, params ReadOnlySpan<string> inputs) => Node("Concat", name, inputs, n => n.Set("axis", axis));

    /// <summary>Picks indices along an axis.</summary>
    public string Gather(string name, string x, string indices, long axis) => Node("Gather", name, [x, indices], n => n.Set("axis", axis));

    /// <summary>Converts the elements.</summary>
    public string Cast(string name, string x, DataType type) => Node("Cast", name, [x], n => n.Set("to", (long)type));

    /// <summary>Lengths of the axes from <paramref name="start"/> to before <paramref name="end"/>, int64.</summary>
    public string Shape(string name, string x, long start, long end) => Node("Shape", name, [x], n => n.Set("start", start).Set("end", end));
}
