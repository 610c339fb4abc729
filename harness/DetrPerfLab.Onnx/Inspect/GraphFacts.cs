using DetrPerfLab.Onnx.Proto;

namespace DetrPerfLab.Onnx;

/// <summary>What an optimised graph tells about a variant: what was fused, what was not, what was put in.</summary>
public sealed record GraphFacts
{
    /// <summary>Nodes of the main graph by operator, most frequent first.</summary>
    public required IReadOnlyList<OperatorCount> Operators { get; init; }

    /// <summary>Convolutions that run on 8-bit integers.</summary>
    public required int QuantizedConvs { get; init; }

    /// <summary>Names of convolutions that run in floating point.</summary>
    public required IReadOnlyList<string> FloatConvs { get; init; }

    /// <summary>Matrix products on 8-bit integers: QLinearMatMul, QGemm, MatMulIntegerToFloat, DynamicQuantizeMatMul and MatMulInteger.</summary>
    public required int QuantizedMatMuls { get; init; }

    /// <summary>QuantizeLinear nodes that were not fused: borders where float32 becomes 8 bits.</summary>
    public required IReadOnlyList<string> QuantizeNodes { get; init; }

    /// <summary>DequantizeLinear nodes that were not fused, those of constants apart: borders where 8 bits become float32.</summary>
    public required IReadOnlyList<string> DequantizeNodes { get; init; }

    /// <summary>Pairs of which the second undoes the first at once: a border that nobody needed.</summary>
    public required int NeedlessPairs { get; init; }

    /// <summary>Cast nodes between floating-point types.</summary>
    public required int FloatCasts { get; init; }

    /// <summary>Collects the facts of a graph.</summary>
    public static GraphFacts Of(ModelProto model)
    {
        var graph = model.Graph;
        var index = new GraphIndex(graph);
        var types = ElementTypes.Infer(graph);
        var count = graph.Node.GroupBy(n => n.OpType, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal);
        int Of(params ReadOnlySpan<string> operators)
        {
            var sum = 0;
            foreach (var op in operators) { sum += count.GetValueOrDefault(op); }
            return sum;
        }

        return new()
        {
            Operators = [.. count.OrderByDescending(c => c.Value).ThenBy(c => c.Key, StringComparer.Ordinal).Select(c => new OperatorCount(c.Key, c.Value))],
            QuantizedConvs = Of("QLinearConv", "ConvInteger"),
            FloatConvs = [.. graph.Node.Where(n => n.OpType is "Conv" or "FusedConv" or "NhwcFusedConv").Select(n => n.Name)],
            QuantizedMatMuls = Of("QLinearMatMul", "QGemm", "MatMulIntegerToFloat", "DynamicQuantizeMatMul", "MatMulInteger"),
            QuantizeNodes = [.. graph.Node.Where(n => n.OpType == "QuantizeLinear").Select(n => n.Name)],
            DequantizeNodes = [.. graph.Node.Where(n => n.OpType == "DequantizeLinear" && index.Constant(n.Input[0]) is null).Select(n => n.Name)],
            NeedlessPairs = graph.Node.Count(n => n.OpType == "DequantizeLinear" && index.Consumers(n.Output[0]).Any(c => c.OpType == "QuantizeLinear")),
            FloatCasts = graph.Node.Count(n => n.OpType == "Cast" && IsFloat(types.GetValueOrDefault(n.Input[0])) && IsFloat(types.GetValueOrDefault(n.Output[0]))),
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

    static string Some(IReadOnlyList<string> names) => string.Join(", ", names.Take(4)) + (names.Count > 4 ? $" and {names.Count - 4} more" : "");

    static bool IsFloat(TensorProto.Types.DataType type) =>
        type is TensorProto.Types.DataType.Float or TensorProto.Types.DataType.Float16 or TensorProto.Types.DataType.Bfloat16 or TensorProto.Types.DataType.Double;
}

/// <summary>How often an operator stands in a graph.</summary>
/// <param name="Operator">Its type.</param>
/// <param name="Nodes">How often.</param>
public sealed record OperatorCount(string Operator, int Nodes);
