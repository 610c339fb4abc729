using DetrPerfLab.Onnx.Proto;

namespace DetrPerfLab.Tests;

/// <summary>Small graphs with the features that real ones have; the input is <c>x</c>, the output <c>y</c>.</summary>
static class QuantizationCases
{
    public static IReadOnlyDictionary<string, (Func<ModelProto> Model, long[] InputShape)> All { get; } = new Dictionary<string, (Func<ModelProto>, long[])>
    {
        ["residual"] = (Residual, [1, 3, 8, 8]),
        ["linear"] = (Linear, [2, 5, 8]),
        ["silu-concat"] = (SiluConcat, [1, 4, 8, 8]),
        ["affine-relu"] = (AffineRelu, [1, 3, 6, 6]),
        ["shared-weight"] = (SharedWeight, [2, 4, 6]),
        ["opset-11"] = (Opset11, [2, 3, 4]),
        ["subgraph"] = (Subgraph, [2, 6]),
    };

    /// <summary>ResNet's pattern: batch norm, a bottleneck with a residual sum, pool, head as a Gemm with transB, alpha and beta.</summary>
    static ModelProto Residual() => new TestGraph()
        .Input("x", "N", 3, "H", "W").Output("y", "N", 5)
        .Weights("w1", [8, 3, 3, 3], 0.5f)
        .Weights("gamma1", [8]).Weights("beta1", [8], 0.25f).Weights("mean1", [8], 0.125f).Const("var1", [8], 1, 2, 1, 0.5f, 1, 1.5f, 1, 1)
        .Weights("w2", [8, 8, 1, 1], 0.5f).Weights("b2", [8], 0.25f)
        .Weights("scale2", [1, 8, 1, 1]).Weights("shift2", [1, 8, 1, 1], 0.5f)
        .Weights("w3", [5, 8]).Weights("b3", [5])
        .Node("Conv", "x w1", "conv1", n => n.Set("pads", 1, 1, 1, 1))
        .Node("BatchNormalization", "conv1 gamma1 beta1 mean1 var1", "bn1", n => n.Set("epsilon", 1e-5f))
        .Node("Relu", "bn1", "relu1")
        .Node("MaxPool", "relu1", "pool1", n => n.Set("kernel_shape", 2, 2).Set("strides", 2, 2))
        .Node("Conv", "pool1 w2 b2", "conv2")
        .Node("Mul", "conv2 scale2", "mul2")
        .Node("Add", "shift2 mul2", "add2")
        .Node("Add", "add2 pool1", "sum")
        .Node("Relu", "sum", "relu2")
        .Node("GlobalAveragePool", "relu2", "mean")
        .Node("Flatten", "mean", "flat", n => n.Set("axis", 1))
        .Node("Gemm", "flat w3 b3", "y", n => n.Set("alpha", 0.5f).Set("beta", 2f).Set("transB", 1))
        .Model;

    /// <summary>Two layers share an input; one bias stands first; the second layer's weight comes through a Transpose; an Identity and a Constant lie about.</summary>
    static ModelProto Linear() => new TestGraph()
        .Input("x", "N", "L", 8).Output("y", "N", "L", 6)
        .Weights("wq", [8, 6], 0.5f).Weights("bq", [6]).Weights("wk", [6, 8], 0.5f).Weights("bk", [6])
        .Node("Constant", "", "half", n => { n.Input.Clear(); n.Set("value", OnnxTensors.Create<float>("", [], [0.5f])); })
        .Node("Identity", "x", "same")
        .Node("MatMul", "x wq", "q0").Node("Add", "bq q0", "q")
        .Node("Transpose", "wk", "wkT", n => n.Set("perm", 1, 0))
        .Node("MatMul", "same wkT", "k0").Node("Add", "k0 bk", "k")
        .Node("Mul", "q half", "scaled")
        .Node("Relu", "k", "k1")
        .Node("Add", "scaled k1", "y")
        .Model;

    /// <summary>x * sigmoid(x), concatenation, nearest resize.</summary>
    static ModelProto SiluConcat() => new TestGraph()
        .Input("x", "N", 4, "H", "W").Output("y", "N", 4, "H2", "W2")
        .Weights("w1", [4, 4, 1, 1]).Weights("b1", [4]).Weights("w2", [4, 8, 3, 3], 0.25f)
        .Const("none", [0]).Const("scales", [4], 1, 1, 2, 2)
        .Node("Conv", "x w1 b1", "c")
        .Node("Sigmoid", "c", "s")
        .Node("Mul", "c s", "silu")
        .Node("Concat", "silu c", "both", n => n.Set("axis", 1))
        .Node("Resize", "both none scales", "up", n => n.Set("mode", "nearest").Set("coordinate_transformation_mode", "asymmetric").Set("nearest_mode", "floor"))
        .Node("Conv", "up w2", "y", n => n.Set("pads", 1, 1, 1, 1))
        .Model;

    /// <summary>HGNet's learnable affine behind ReLU, once with a negative and once with a positive shift.</summary>
    static ModelProto AffineRelu() => new TestGraph()
        .Input("x", "N", 3, "H", "W").Output("y", "N", 2, "H", "W")
        .Weights("w1", [4, 3, 3, 3], 0.5f).Weights("b1", [4]).Const("s1", [1], 1.25f).Const("t1", [1], -0.375f)
        .Weights("w2", [4, 4, 1, 1]).Const("s2", [1], 0.5f).Const("t2", [1], 0.25f).Weights("w3", [2, 4, 1, 1])
        .Node("Conv", "x w1 b1", "c1", n => n.Set("pads", 1, 1, 1, 1)).Node("Relu", "c1", "r1").Node("Mul", "s1 r1", "m1").Node("Add", "m1 t1", "a1")
        .Node("Conv", "a1 w2", "c2").Node("Relu", "c2", "r2").Node("Mul", "r2 s2", "m2").Node("Add", "m2 t2", "a2")
        .Node("Conv", "a2 w3", "y")
        .Model;

    /// <summary>One weight, two layers.</summary>
    static ModelProto SharedWeight() => new TestGraph()
        .Input("x", "N", "L", 6).Output("y", "N", "L", 6)
        .Weights("w", [6, 6], 0.5f)
        .Node("MatMul", "x w", "h").Node("Relu", "h", "r").Node("MatMul", "r w", "y")
        .Model;

    /// <summary>Lists as attributes and the old Softmax, which flattens.</summary>
    static ModelProto Opset11() => new TestGraph(opset: 11)
        .Input("x", "N", 3, 4).Output("y", "N", 3, 4)
        .Weights("w", [4, 4]).Weights("b", [4])
        .Node("Softmax", "x", "soft", n => n.Set("axis", 1))
        .Node("Unsqueeze", "soft", "wide", n => n.Set("axes", 1L, 3L))
        .Node("Squeeze", "wide", "narrow", n => n.Set("axes", 1L, 3L))
        .Node("MatMul", "narrow w", "h")
        .Node("Add", "h b", "y")
        .Model;

    /// <summary>An If whose branches read a layer's result from outside.</summary>
    static ModelProto Subgraph()
    {
        var graph = new TestGraph()
            .Input("x", "N", 6).Output("y", "N", 6)
            .Weights("w", [6, 6]).Weights("v", [6, 6]).Const("zero", [], 0)
            .Node("MatMul", "x w", "h")
            .Node("ReduceSum", "x", "sum", n => n.Set("keepdims", 0L))
            .Node("Greater", "sum zero", "positive");
        GraphProto Branch(string op) => new TestGraph().Output(op, "N", 6).Node(op, "h", op).Model.Graph;
        graph.Node("If", "positive", "chosen", n =>
        {
            n.Attribute.Add(new AttributeProto { Name = "then_branch", Type = AttributeProto.Types.AttributeType.Graph, G = Branch("Neg") });
            n.Attribute.Add(new AttributeProto { Name = "else_branch", Type = AttributeProto.Types.AttributeType.Graph, G = Branch("Abs") });
        });
        return graph.Node("MatMul", "chosen v", "y").Model;
    }
}
