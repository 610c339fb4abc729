namespace DetrPerfLab.Onnx;

/// <summary>A node that computes on 8-bit integers, with the ReLU or Clip behind it that quantisation swallows.</summary>
/// <param name="Node">The node.</param>
/// <param name="Clip">Relu or Clip that alone reads the node's output; null where there is none.</param>
/// <param name="Kind">What it needs.</param>
sealed record StaticUnit(NodeProto Node, NodeProto? Clip, StaticKind Kind)
{
    /// <summary>The values that the unit gives, after the clip.</summary>
    internal IEnumerable<string> Outputs => (Clip ?? Node).Output.Where(o => o.Length > 0);

    /// <summary>Inputs that hold activations: quantised on the way in.</summary>
    internal IEnumerable<string> Activations(GraphIndex index) => DataInputs.Where(i => index.Constant(i) is null);

    /// <summary>Inputs that take part in the arithmetic, constants included; shapes, axes and indices are none.</summary>
    internal IEnumerable<string> DataInputs => Kind switch
    {
        StaticKind.Weighted => Node.Input.Take(1),
        StaticKind.PassThrough or StaticKind.Unary => Node.Input.Take(1),
        StaticKind.Product or StaticKind.Binary => Node.Input.Take(2),
        StaticKind.Concat => Node.Input,
        _ => throw new ArgumentOutOfRangeException(nameof(Kind)),
    };
}

/// <summary>Forms of operators that ONNX Runtime has on 8-bit integers.</summary>
/// <remarks>Source: microsoft/onnxruntime, core/optimizer/qdq_transformer/selectors_actions/qdq_selector_action_transformer.cc.</remarks>
enum StaticKind
{
    /// <summary>Conv, MatMul, Gemm with constant weights: QLinearConv, QLinearMatMul or MatMulIntegerToFloat, QGemm.</summary>
    Weighted,

    /// <summary>MatMul of two activations.</summary>
    Product,

    /// <summary>Add, Mul: QLinearAdd, QLinearMul.</summary>
    Binary,

    /// <summary>Sigmoid, LeakyRelu, pools of means: QLinear forms with a range of their own.</summary>
    Unary,

    /// <summary>Concat: QLinearConcat.</summary>
    Concat,

    /// <summary>Operators that move codes unchanged: their output has the input's parameters.</summary>
    PassThrough,
}
