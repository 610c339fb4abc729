namespace DetrPerfLab.Onnx;

/// <summary>What an optimised graph tells about a variant: what was fused, what was not, what was put in.</summary>
public sealed record GraphFacts
{
    static readonly string[] s_integerConvs = ["QLinearConv", "ConvInteger"];
    static readonly string[] s_integerMatMuls = ["QLinearMatMul", "QGemm", "MatMulIntegerToFloat", "DynamicQuantizeMatMul", "MatMulInteger"];

    /// <summary>Nodes of the main graph by operator, most frequent first.</summary>
    public required IReadOnlyList<OperatorCount> Operators { get; init; }

    /// <summary>Convolutions that run on 8-bit integers.</summary>
    public required int QuantizedConvs { get; init; }

    /// <summary>Names of convolutions that run in floating point.</summary>
    public required IReadOnlyList<string> FloatConvs { get; init; }

    /// <summary>Matrix products on 8-bit integers: QLinearMatMul, QGemm, MatMulIntegerToFloat, DynamicQuantizeMatMul and MatMulInteger.</summary>
    public required int QuantizedMatMuls { get; init; }

    /// <summary>Names of matrix products that run in floating point, fused ones included.</summary>
    public required IReadOnlyList<string> FloatMatMuls { get; init; }

    /// <summary>Convolutions of the backbone that run on 8-bit integers.</summary>
    public required int QuantizedBackboneConvs { get; init; }

    /// <summary>Nodes of the backbone, constants apart, that work on floating-point values: names.</summary>
    public required IReadOnlyList<string> FloatBackboneNodes { get; init; }

    /// <summary>QuantizeLinear nodes that were not fused: borders where float32 becomes 8 bits.</summary>
    public required IReadOnlyList<string> QuantizeNodes { get; init; }

    /// <summary>DequantizeLinear nodes that were not fused, those of constants apart: borders where 8 bits become float32.</summary>
    public required IReadOnlyList<string> DequantizeNodes { get; init; }

    /// <summary>Pairs of which the second undoes the first at once: a border that nobody needed.</summary>
    public required int NeedlessPairs { get; init; }

    /// <summary>Cast nodes between floating-point types.</summary>
    public required int FloatCasts { get; init; }

    /// <summary>Convolutions and matrix products whose values are half precision.</summary>
    public required int HalfProducts { get; init; }

    /// <summary>Nodes that only change the layout of images in memory for the blocked convolutions (NCHWc).</summary>
    public required int LayoutReorders { get; init; }

    /// <summary>Convolutions in the layout blocked for the processor's vectors (NCHWc).</summary>
    public required int BlockedConvs { get; init; }

    /// <summary>All nodes of the main graph.</summary>
    public int Nodes => Operators.Sum(o => o.Nodes);

    /// <summary>Collects the facts of a graph.</summary>
    public static GraphFacts Of(ModelProto model)
    {
        var graph = model.Graph;
        var index = new GraphIndex(graph);
        var types = ElementTypes.Infer(graph);
        var count = graph.Node.CountBy(n => n.OpType).ToDictionary(StringComparer.Ordinal);
        int Of(params IEnumerable<string> operators) => operators.Sum(count.GetValueOrDefault);
        IReadOnlyList<string> Names(Func<NodeProto, bool> where) => [.. graph.Node.Where(where).Select(NodeCover.NameOf)];
        var backbone = ModuleNames.OfGraph(graph).Where(n => n.Module.StartsWith("backbone", StringComparison.Ordinal)).Select(n => n.Node).ToList();
        return new()
        {
            Operators = [.. count.OrderByDescending(c => c.Value).ThenBy(c => c.Key, StringComparer.Ordinal).Select(c => new OperatorCount(c.Key, c.Value))],
            QuantizedConvs = Of(s_integerConvs),
            FloatConvs = Names(IsFloatConv),
            QuantizedMatMuls = Of(s_integerMatMuls),
            FloatMatMuls = Names(IsFloatMatMul),
            QuantizedBackboneConvs = backbone.Count(n => s_integerConvs.Contains(n.OpType)),
            FloatBackboneNodes = [.. backbone.Where(n => IsFloatWork(n, index)).Select(NodeCover.NameOf)],
            QuantizeNodes = Names(n => n.OpType == "QuantizeLinear"),
            DequantizeNodes = Names(n => n.OpType == "DequantizeLinear" && index.Constant(n.Input[0]) is null),
            NeedlessPairs = graph.Node.Count(n => n.OpType == "DequantizeLinear" && index.Consumers(n.Output[0]).Any(c => c.OpType == "QuantizeLinear")),
            FloatCasts = graph.Node.Count(n => n.OpType == "Cast" && IsFloat(types.GetValueOrDefault(n.Input[0])) && IsFloat(types.GetValueOrDefault(n.Output[0]))),
            HalfProducts = graph.Node.Count(n => (IsFloatConv(n) || IsFloatMatMul(n)) && types.GetValueOrDefault(n.Input[0]) == DataType.Float16),
            LayoutReorders = Of("ReorderInput", "ReorderOutput"),
            BlockedConvs = graph.Node.Count(n => n.OpType == "Conv" && n.Domain == "com.microsoft.nchwc"),
        };

        // The types of fused operators are not known to inference, so the operators that take codes are told by name.
        static bool IsFloatWork(NodeProto node, GraphIndex index) => !(node.OpType.StartsWith("QLinear", StringComparison.Ordinal)
            || node.OpType is "ConvInteger" or "MatMulInteger" or "DynamicQuantizeMatMul"
            || (node.OpType is "DequantizeLinear" && index.Constant(node.Input[0]) is not null)
            || (node.OpType is "MaxPool" or "Transpose" or "Reshape" or "NhwcMaxPool" && ReadsCodes(node, index)));

        static bool ReadsCodes(NodeProto node, GraphIndex index) => index.Producer(node.Input[0]) is { } producer
            && (producer.OpType.StartsWith("QLinear", StringComparison.Ordinal) || producer.OpType == "QuantizeLinear"
                || (producer.OpType is "MaxPool" or "Transpose" or "Reshape" or "NhwcMaxPool" && ReadsCodes(producer, index)));
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

    /// <summary>Whether a node is a convolution or matrix product on 8-bit integers.</summary>
    public static bool IsIntegerProduct(NodeProto node) => s_integerConvs.Contains(node.OpType) || s_integerMatMuls.Contains(node.OpType);

    static bool IsFloatConv(NodeProto node) => node.OpType is "Conv" or "FusedConv" or "NhwcFusedConv";

    static bool IsFloatMatMul(NodeProto node) => node.OpType is "MatMul" or "Gemm" or "FusedMatMul" or "FusedGemm";

    static bool IsFloat(DataType type) =>
        type is DataType.Float or DataType.Float16 or DataType.Bfloat16 or DataType.Double;
}

/// <summary>How many nodes of a graph are of an operator.</summary>
public sealed record OperatorCount(string Operator, int Nodes);
