namespace DetrPerfLab.Onnx;

/// <summary>Arithmetic operations of a graph for inputs of one size.</summary>
public sealed record FlopCount
{
    /// <summary>All that was counted, a multiply-add as two.</summary>
    public required double Total { get; init; }

    /// <summary>Operations of each module (<see cref="ModuleNames"/>), in the order of the graph.</summary>
    public required IReadOnlyList<NamedFlops> Modules { get; init; }

    /// <summary>Operations of each node by name, in the order of the graph, those without any left out.</summary>
    public required IReadOnlyList<NamedFlops> Nodes { get; init; }

    /// <summary>Operators for which there is no rule, or whose shapes are not known, with how many nodes: what <see cref="Total"/> lacks.</summary>
    public required IReadOnlyList<OperatorCount> NotCounted { get; init; }
}

/// <summary>Operations of one part.</summary>
/// <param name="Name">The part.</param>
/// <param name="Flops">A multiply-add as two.</param>
public sealed record NamedFlops(string Name, double Flops);

/// <summary>Counts the arithmetic of an ONNX graph by the rules of <see cref="FlopRules"/>.</summary>
/// <remarks>Count the float32 graph: a quantised one does the same arithmetic, plus conversions that nobody asked for.</remarks>
public static class FlopCounter
{
    /// <summary>Counts the main graph; nodes with graphs of their own (If, Loop, Scan) are named as not counted.</summary>
    /// <param name="model">Any model.</param>
    /// <param name="shapes">Shape of each value that nodes make and of each input; constants are known from the model.</param>
    public static FlopCount Count(ModelProto model, IReadOnlyDictionary<string, IReadOnlyList<long>> shapes)
    {
        var constants = new Dictionary<string, IReadOnlyList<long>>(StringComparer.Ordinal);
        foreach (var tensor in model.Graph.Initializer) { constants[tensor.Name] = tensor.Dims; }
        var modules = new Dictionary<string, double>(StringComparer.Ordinal);
        var order = new List<string>();
        var nodes = new List<NamedFlops>();
        var unknown = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var (node, module) in ModuleNames.OfGraph(model.Graph))
        {
            if (FlopRules.Of(node, v => shapes.GetValueOrDefault(v) ?? constants.GetValueOrDefault(v)) is not { } flops)
            {
                unknown[node.OpType] = unknown.GetValueOrDefault(node.OpType) + 1;
                continue;
            }

            if (!modules.TryAdd(module, flops)) { modules[module] += flops; }
            else { order.Add(module); }
            if (flops > 0) { nodes.Add(new(NodeCover.NameOf(node), flops)); }
        }

        return new()
        {
            Total = modules.Values.Sum(),
            Modules = [.. order.Select(m => new NamedFlops(m, modules[m]))],
            Nodes = nodes,
            NotCounted = [.. unknown.Select(u => new OperatorCount(u.Key, u.Value))],
        };
    }
}
