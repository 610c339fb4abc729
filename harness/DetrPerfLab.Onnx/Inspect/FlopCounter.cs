namespace DetrPerfLab.Onnx;

/// <summary>Arithmetic operations of a graph for one input size, by module (<see cref="ModuleNames"/>) and by node in its order; nodes with none left out.</summary>
public sealed record FlopCount
{
    public required double Total { get; init; }
    public required IReadOnlyList<NamedFlops> Modules { get; init; }
    public required IReadOnlyList<NamedFlops> Nodes { get; init; }

    /// <summary>Operators for which there is no rule, or whose shapes are not known, with how many nodes: what <see cref="Total"/> lacks.</summary>
    public required IReadOnlyList<OperatorCount> NotCounted { get; init; }
}

/// <summary>Operations of one part, a multiply-add as two.</summary>
public sealed record NamedFlops(string Name, double Flops);

/// <summary>Counts the arithmetic of an ONNX graph by the rules of <see cref="FlopRules"/>.</summary>
/// <remarks>Count the float32 graph: a quantised one does the same arithmetic, plus conversions that nobody asked for.</remarks>
public static class FlopCounter
{
    /// <summary>Counts the main graph, from the shape of each value that nodes make and of each input.</summary>
    /// <remarks>Nodes with graphs of their own (If, Loop, Scan) are named as not counted.</remarks>
    public static FlopCount Count(ModelProto model, IReadOnlyDictionary<string, IReadOnlyList<long>> shapes)
    {
        var constants = new Dictionary<string, IReadOnlyList<long>>(StringComparer.Ordinal);
        foreach (var tensor in model.Graph.Initializer) { constants[tensor.Name] = tensor.Dims; }
        var nodes = ModuleNames.OfGraph(model.Graph)
            .Select(n => (n.Node, n.Module, Flops: FlopRules.Of(n.Node, v => shapes.GetValueOrDefault(v) ?? constants.GetValueOrDefault(v)))).ToList();
        List<NamedFlops> modules = [.. nodes.Where(n => n.Flops is not null).GroupBy(n => n.Module).Select(m => new NamedFlops(m.Key, m.Sum(n => n.Flops!.Value)))];
        return new()
        {
            Total = modules.Sum(m => m.Flops),
            Modules = modules,
            Nodes = [.. nodes.Where(n => n.Flops > 0).Select(n => new NamedFlops(NodeCover.NameOf(n.Node), n.Flops!.Value))],
            NotCounted = [.. nodes.Where(n => n.Flops is null).CountBy(n => n.Node.OpType)
                .OrderBy(u => u.Key, StringComparer.Ordinal).Select(u => new OperatorCount(u.Key, u.Value))],
        };
    }
}
