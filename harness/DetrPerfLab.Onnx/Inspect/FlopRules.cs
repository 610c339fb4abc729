namespace DetrPerfLab.Onnx;

/// <summary>Arithmetic operations of one node, by operator.</summary>
/// <remarks>
/// A multiply-add is two. Products are counted exactly. All else follows one simple rule a family, whatever an operation costs on a processor: element-wise
/// operators 1 an element of the output, reductions 1 an element of the input, pools 1 an element of each window, softmax 5 an element (maximum, difference,
/// exponential, sum, quotient), normalisation 7 (mean, difference, square, sum, quotient, scale, shift), folded batch norm 2; moving and choosing elements none.
/// Integer and fused forms count as the operator that they stand for, without the activation that was fused in.
/// </remarks>
static class FlopRules
{
    static readonly HashSet<string> s_moves = new(StringComparer.Ordinal)
    {
        "Identity", "Reshape", "Transpose", "Flatten", "Squeeze", "Unsqueeze", "Concat", "Split", "Slice", "Gather", "GatherElements", "GatherND", "ScatterND", "ScatterElements",
        "Expand", "Tile", "Pad", "Shape", "Size", "Constant", "ConstantOfShape", "Range", "Cast", "CastLike", "Dropout", "Where", "DepthToSpace", "SpaceToDepth",
        "ReorderInput", "ReorderOutput", "QLinearConcat",
    };

    static readonly HashSet<string> s_elementWise = new(StringComparer.Ordinal)
    {
        "Add", "Sub", "Mul", "Div", "Pow", "Mod", "Min", "Max", "Sum", "Mean", "Abs", "Neg", "Sign", "Sqrt", "Reciprocal", "Exp", "Log", "Sin", "Cos", "Tanh", "Erf", "Floor", "Ceil",
        "Round", "Relu", "LeakyRelu", "PRelu", "Elu", "Gelu", "FastGelu", "BiasGelu", "QuickGelu", "HardSigmoid", "HardSwish", "Softplus", "Mish", "Sigmoid", "Clip", "CumSum",
        "Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "And", "Or", "Xor", "Not", "IsNaN", "IsInf",
        "QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear", "QLinearAdd", "QLinearMul", "QLinearSigmoid", "QLinearLeakyRelu",
    };

    static readonly HashSet<string> s_reductions = new(StringComparer.Ordinal)
    {
        "ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2", "ArgMax", "ArgMin", "GlobalAveragePool", "GlobalMaxPool", "QLinearGlobalAveragePool",
    };

    /// <summary>Null for operators without a rule, and where a shape that the rule needs is not known: <paramref name="shapeOf"/> gives null for it.</summary>
    internal static double? Of(NodeProto node, Func<string, IReadOnlyList<long>?> shapeOf)
    {
        IReadOnlyList<long>? Input(int i) => node.Has(i) ? shapeOf(node.Input[i]) : null;
        IReadOnlyList<long>? output = node.Output.Count > 0 ? shapeOf(node.Output[0]) : null;
        var op = node.OpType;
        return s_moves.Contains(op) ? 0
            : s_elementWise.Contains(op) ? Elements(output)
            : s_reductions.Contains(op) ? Elements(Input(0))
            : op switch
            {
                "Conv" or "FusedConv" or "NhwcFusedConv" or "ConvInteger" => Convolution(output, Input(1), node.Has(2) && op != "ConvInteger"),
                "QLinearConv" => Convolution(output, Input(3), node.Has(8)),
                "ConvTranspose" => Convolution(Input(0), Input(1), bias: false) + (node.Has(2) ? Elements(output) : 0),
                "Gemm" or "FusedGemm" => Matrix(Input(0), output) + (node.Has(2) ? Elements(output) : 0),
                "QGemm" => Matrix(Input(0), output) + (node.Has(6) ? Elements(output) : 0),
                "MatMul" or "MatMulInteger" or "QLinearMatMul" => Product(Input(0), output),
                "FusedMatMul" => node.GetInt("transA", 0) == 0 && node.GetInt("transBatchA", 0) == 0 ? Product(Input(0), output) : null,
                "DynamicQuantizeMatMul" => Product(Input(0), output) + (node.Has(4) ? Elements(output) : 0),
                "MatMulIntegerToFloat" => Product(Input(0), output) + (node.Has(6) ? Elements(output) : 0),
                "MultiHeadAttention" => Attention(Input(0), Input(1), Input(2), node.GetInt("num_heads", 0)),
                "MaxPool" or "AveragePool" or "QLinearAveragePool" or "NhwcMaxPool" => Elements(output) * node.GetInts("kernel_shape")?.Aggregate(1.0, (a, b) => a * b),
                "Softmax" or "LogSoftmax" or "QLinearSoftmax" => 5 * Elements(output),
                "LayerNormalization" or "InstanceNormalization" or "GroupNormalization" or "SimplifiedLayerNormalization" => 7 * Elements(output),
                "SkipLayerNormalization" => 8 * Elements(output),
                "BatchNormalization" => 2 * Elements(output),
                "Resize" when node.GetString("mode", "nearest") == "nearest" => 0,
                _ => null,
            };
    }

    static double? Elements(IReadOnlyList<long>? shape) => shape?.Aggregate(1.0, (a, b) => a * b);

    // Weight [M, C / group, k…]: each element of the output is a product over one filter, however the image lies in memory. Transposed: each of the input, weight [C, M / group, k…].
    static double? Convolution(IReadOnlyList<long>? many, IReadOnlyList<long>? weight, bool bias) =>
        weight is { Count: > 2 } && weight[0] > 0 ? Elements(many) * (2 * Elements(weight) / weight[0] + (bias ? 1 : 0)) : null;

    // [M, K] or its transpose times [K, N]: M K elements of the one side meet each of the N columns.
    static double? Matrix(IReadOnlyList<long>? left, IReadOnlyList<long>? output) => output is { Count: > 0 } ? 2 * Elements(left) * output[^1] : null;

    static double? Product(IReadOnlyList<long>? left, IReadOnlyList<long>? output) => left is { Count: > 0 } ? 2 * Elements(output) * left[^1] : null;

    // Scores and weighted sum of [N, L, hidden] over [N, S, hidden], and the softmax between.
    static double? Attention(IReadOnlyList<long>? query, IReadOnlyList<long>? key, IReadOnlyList<long>? value, long heads) =>
        query is { Count: 3 } && key is { Count: 3 } && value is { Count: 3 } && heads > 0
            ? 2.0 * query[0] * query[1] * key[1] * (query[2] + value[2]) + 5.0 * query[0] * heads * query[1] * key[1]
            : null;
}
