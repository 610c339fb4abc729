namespace DetrPerfLab.Onnx;

/// <summary>Who makes and who reads each value of one graph. A snapshot: build it anew after edits.</summary>
/// <remarks>Values that a subgraph (If, Loop, Scan) reads from outside count as captured: passes leave them as they are.</remarks>
public sealed class GraphIndex
{
    readonly Dictionary<string, NodeProto> _producers = new(StringComparer.Ordinal);
    readonly Dictionary<string, List<NodeProto>> _consumers = new(StringComparer.Ordinal);
    readonly Dictionary<string, TensorProto> _initializers = new(StringComparer.Ordinal);
    readonly HashSet<string> _inputs;
    readonly HashSet<string> _outputs;
    readonly HashSet<string> _captured;

    /// <exception cref="LabException">A value is made twice: the graph is no graph.</exception>
    public GraphIndex(GraphProto graph)
    {
        _inputs = [.. graph.Input.Select(i => i.Name)];
        _outputs = [.. graph.Output.Select(o => o.Name)];
        _captured = [.. graph.Node.SelectMany(OnnxModels.Captured)];
        foreach (var tensor in graph.Initializer)
        {
            if (!_initializers.TryAdd(tensor.Name, tensor)) { throw LabError.OnnxGraph($"initializer '{tensor.Name}' stands in it twice"); }
        }

        foreach (var node in graph.Node)
        {
            foreach (var output in node.Output.Where(o => o.Length > 0))
            {
                if (_initializers.ContainsKey(output) || _inputs.Contains(output) || !_producers.TryAdd(output, node))
                {
                    throw LabError.OnnxGraph($"value '{output}' is made twice, the second time by {node.OpType} '{node.Name}'");
                }
            }

            foreach (var input in node.Input.Where(i => i.Length > 0).Distinct(StringComparer.Ordinal))
            {
                if (!_consumers.TryGetValue(input, out var list)) { _consumers[input] = list = []; }
                list.Add(node);
            }
        }
    }

    internal NodeProto? Producer(string value) => _producers.GetValueOrDefault(value);

    internal IReadOnlyList<NodeProto> Consumers(string value) => _consumers.GetValueOrDefault(value) ?? [];

    /// <summary>The one node that reads a value, where nothing else does: no other node, no subgraph, no graph output.</summary>
    internal NodeProto? OnlyConsumer(string value) => Consumers(value) is [var only] && !IsOutput(value) && !IsCaptured(value) ? only : null;

    /// <summary>A constant: an initializer that no graph input can override. Null for everything else.</summary>
    public TensorProto? Constant(string value) => _inputs.Contains(value) ? null : _initializers.GetValueOrDefault(value);

    internal bool IsOutput(string value) => _outputs.Contains(value);

    internal bool IsCaptured(string value) => _captured.Contains(value);
}
