namespace DetrPerfLab.Onnx;

/// <summary>What an optimised graph tells about a variant: what was fused, what was not, what was put in.</summary>
public sealed record GraphFacts
{
    static readonly string[] s_integerConvs = ["QLinearConv", "ConvInteger"];
    static readonly string[] s_integerMatMuls = ["QLinearMatMul", "QGemm", "MatMulIntegerToFloat", "DynamicQuantizeMatMul", "MatMulInteger"];

    /// <summary>Of the main graph, most frequent first.</summary>
    public required IReadOnlyList<OperatorCount> Operators { get; init; }

    public required int QuantizedConvs { get; init; }
    public required IReadOnlyList<string> FloatConvs { get; init; }
    public required int QuantizedMatMuls { get; init; }
    public required IReadOnlyList<string> FloatMatMuls { get; init; }
    public required int QuantizedBackboneConvs { get; init; }

    /// <summary>QuantizeLinear nodes that were not fused: borders where float32 becomes 8 bits.</summary>
    public required IReadOnlyList<string> QuantizeNodes { get; init; }

    /// <summary>DequantizeLinear nodes that were not fused, those of constants apart: borders where 8 bits become float32.</summary>
    public required IReadOnlyList<string> DequantizeNodes { get; init; }

    public required int NeedlessPairs { get; init; } // DequantizeLinear whose value a QuantizeLinear reads
    public required int FloatCasts { get; init; } // between floating-point types
    public required int HalfProducts { get; init; } // convolutions and matrix products in half precision
    public required int LayoutReorders { get; init; } // nodes that only change the layout in memory for the blocked convolutions
    public required int BlockedConvs { get; init; } // in the layout blocked for the processor's vectors (NCHWc)
    public int Nodes => Operators.Sum(o => o.Nodes);

    public static GraphFacts Of(ModelProto model)
    {
        var graph = model.Graph;
        var index = new GraphIndex(graph);
        var types = ElementTypes.Infer(graph);
        var count = graph.Node.CountBy(n => n.OpType).ToDictionary(StringComparer.Ordinal);
        int Of(params IEnumerable<string> operators) => operators.Sum(count.GetValueOrDefault);
        IReadOnlyList<string> Names(Func<NodeProto, bool> where) => [.. graph.Node.Where(where).Select(NodeCover.NameOf)];
        return new()
        {
            Operators = [.. count.OrderByDescending(c => c.Value).ThenBy(c => c.Key, StringComparer.Ordinal).Select(c => new OperatorCount(c.Key, c.Value))],
            QuantizedConvs = Of(s_integerConvs),
            FloatConvs = Names(IsFloatConv),
            QuantizedMatMuls = Of(s_integerMatMuls),
            FloatMatMuls = Names(IsFloatMatMul),
            QuantizedBackboneConvs = ModuleNames.OfGraph(graph)
                .Count(n => n.Module.StartsWith("backbone", StringComparison.Ordinal) && s_integerConvs.Contains(n.Node.OpType)),
            QuantizeNodes = Names(n => n.OpType == "QuantizeLinear"),
            DequantizeNodes = Names(n => n.OpType == "DequantizeLinear" && index.Constant(n.Input[0]) is null),
            NeedlessPairs = graph.Node.Count(n => n.OpType == "DequantizeLinear" && index.Consumers(n.Output[0]).Any(c => c.OpType == "QuantizeLinear")),
            FloatCasts = graph.Node.Count(n => n.OpType == "Cast" && IsFloat(types.GetValueOrDefault(n.Input[0])) && IsFloat(types.GetValueOrDefault(n.Output[0]))),
            HalfProducts = graph.Node.Count(n => (IsFloatConv(n) || IsFloatMatMul(n)) && types.GetValueOrDefault(n.Input[0]) == DataType.Float16),
            LayoutReorders = Of("ReorderInput", "ReorderOutput"),
            BlockedConvs = graph.Node.Count(n => n.OpType == "Conv" && n.Domain == "com.microsoft.nchwc"),
        };
    }

    /// <summary>What slows the variant down, one sentence each; empty where nothing does.</summary>
    public IEnumerable<string> Findings()
    {
        if (FloatCasts > 0) { yield return $"{FloatCasts} casts between floating-point types: operators without kernels in the lower precision compute in float32."; }
        if (QuantizedConvs > 0 && FloatConvs.Count > 0) { yield return $"{FloatConvs.Count} convolutions in float32: {Some(FloatConvs)}."; }
        if (NeedlessPairs > 0) { yield return $"{NeedlessPairs} DequantizeLinear nodes feed a QuantizeLinear at once."; }
        if (QuantizeNodes.Count + DequantizeNodes.Count > 2)
        {
            yield return $"{QuantizeNodes.Count} QuantizeLinear and {DequantizeNodes.Count} DequantizeLinear nodes were not fused: {Some([.. QuantizeNodes, .. DequantizeNodes])}.";
        }
    }

    /// <summary>The first names of a list and how many more there are.</summary>
    public static string Some(IReadOnlyList<string> names) => string.Join(", ", names.Take(4)) + (names.Count > 4 ? $" and {names.Count - 4} more" : "");

    public static bool IsIntegerProduct(NodeProto node) => s_integerConvs.Contains(node.OpType) || s_integerMatMuls.Contains(node.OpType);

    static bool IsFloatConv(NodeProto node) => node.OpType is "Conv" or "FusedConv" or "NhwcFusedConv";

    static bool IsFloatMatMul(NodeProto node) => node.OpType is "MatMul" or "Gemm" or "FusedMatMul" or "FusedGemm";

    static bool IsFloat(DataType type) =>
        type is DataType.Float or DataType.Float16 or DataType.Bfloat16 or DataType.Double;
}

/// <summary>How many nodes of a graph are of an operator.</summary>
public sealed record OperatorCount(string Operator, int Nodes);
