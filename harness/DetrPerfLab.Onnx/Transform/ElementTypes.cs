namespace DetrPerfLab.Onnx;

/// <summary>Element types of all values of a graph, inferred from inputs, constants and operators.</summary>
/// <remarks>Source: onnx/onnx, docs/Operators.md: nearly every operator gives the type of its first input; the table below lists the others.</remarks>
static class ElementTypes
{
    /// <summary>Types by value name, of nodes in topological order. What no operator's rule tells is absent unless the model declares it.</summary>
    internal static IReadOnlyDictionary<string, DataType> Infer(GraphProto graph, IReadOnlyDictionary<string, DataType>? outer = null)
    {
        var types = outer is null ? new Dictionary<string, DataType>(StringComparer.Ordinal) : new(outer, StringComparer.Ordinal);
        void Put(string name, DataType type)
        {
            if (name.Length > 0 && type != DataType.Undefined) { types[name] = type; }
        }

        foreach (var value in graph.ValueInfo.Concat(graph.Output).Concat(graph.Input)) { Put(value.Name, value.ElementType()); }
        foreach (var tensor in graph.Initializer) { Put(tensor.Name, tensor.Type()); }
        foreach (var node in graph.Node)
        {
            for (var i = 0; i < node.Output.Count; i++) { Put(node.Output[i], OutputType(node, i, types)); }
        }

        return types;
    }

    static DataType OutputType(NodeProto node, int output, IReadOnlyDictionary<string, DataType> types)
    {
        DataType Input(int i) => i < node.Input.Count ? types.GetValueOrDefault(node.Input[i]) : DataType.Undefined;
        if (!node.IsStandard()) { return types.GetValueOrDefault(node.Output[output]); }
        return node.OpType switch
        {
            "Cast" => (DataType)node.GetInt("to", 0),
            "CastLike" => Input(1),
            "Shape" or "Size" or "NonZero" or "ArgMax" or "ArgMin" or "NonMaxSuppression" or "Multinomial" => DataType.Int64,
            "Equal" or "Greater" or "GreaterOrEqual" or "Less" or "LessOrEqual" or "And" or "Or" or "Xor" or "Not" or "IsNaN" or "IsInf" => DataType.Bool,
            "Constant" => node.Find("value")?.T?.Type() ?? (node.Find("value_int") is not null || node.Find("value_ints") is not null ? DataType.Int64 : DataType.Float),
            "ConstantOfShape" => node.Find("value")?.T?.Type() ?? DataType.Float,
            "RandomNormal" or "RandomUniform" => (DataType)node.GetInt("dtype", (long)DataType.Float),
            "EyeLike" or "RandomNormalLike" or "RandomUniformLike" or "Bernoulli" => (DataType)node.GetInt("dtype", (long)Input(0)),
            "Where" => Input(1),
            "OneHot" => Input(2),
            "TopK" or "MaxPool" or "Unique" when output > 0 => DataType.Int64,
            "Dropout" when output > 0 => DataType.Bool,
            "QuantizeLinear" => node.Input.Count > 2 ? Input(2) : DataType.Uint8,
            "DequantizeLinear" => Input(1),
            "DynamicQuantizeLinear" => output == 1 ? DataType.Float : DataType.Uint8,
            "MatMulInteger" or "ConvInteger" => DataType.Int32,
            "QLinearConv" or "QLinearMatMul" => Input(7),
            "If" or "Loop" or "Scan" => SubgraphOutput(node, output, types),
            _ => Input(0),
        };
    }

    // Loop's body gives its condition first, then what the node gives; If's and Scan's outputs are those of their graphs.
    static DataType SubgraphOutput(NodeProto node, int output, IReadOnlyDictionary<string, DataType> types)
    {
        var at = node.OpType == "Loop" ? output + 1 : output;
        return node.Subgraphs().FirstOrDefault() is { } graph && at < graph.Output.Count
            ? Infer(graph, types).GetValueOrDefault(graph.Output[at].Name) : DataType.Undefined;
    }
}
