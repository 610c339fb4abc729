namespace DetrPerfLab.Onnx;

/// <summary>Who makes and who reads each value of one graph. A snapshot: build it anew after edits.</summary>
/// <remarks>Values that a subgraph (If, Loop, Scan) reads from outside count as <see cref="IsCaptured"/>: passes leave them as they are.</remarks>
public sealed class GraphIndex
{
    static readonly IReadOnlyList<NodeProto> s_none = [];
    readonly Dictionary<string, NodeProto> _producers = new(StringComparer.Ordinal);
    readonly Dictionary<string, List<NodeProto>> _consumers = new(StringComparer.Ordinal);
    readonly Dictionary<string, TensorProto> _initializers = new(StringComparer.Ordinal);
    readonly HashSet<string> _inputs;
    readonly HashSet<string> _outputs;
    readonly HashSet<string> _captured = new(StringComparer.Ordinal);

    /// <summary>Indexes a graph.</summary>
    /// <exception cref="Core.LabException">A value is made twice: the graph is no graph.</exception>
    public GraphIndex(GraphProto graph)
    {
        _inputs = [.. graph.Input.Select(i => i.Name)];
        _outputs = [.. graph.Output.Select(o => o.Name)];
        foreach (var tensor in graph.Initializer)
        {
            if (!_initializers.TryAdd(tensor.Name, tensor)) { throw Core.LabError.OnnxGraph($"initializer '{tensor.Name}' stands in it twice"); }
        }

        foreach (var node in graph.Node)
        {
            foreach (var output in node.Output.Where(o => o.Length > 0))
            {
                if (_initializers.ContainsKey(output) || _inputs.Contains(output) || !_producers.TryAdd(output, node))
                {
                    throw Core.LabError.OnnxGraph($"value '{output}' is made twice, the second time by {node.OpType} '{node.Name}'");
                }
            }

            foreach (var input in node.Input.Where(i => i.Length > 0).Distinct(StringComparer.Ordinal))
            {
                if (!_consumers.TryGetValue(input, out var list)) { _consumers[input] = list = []; }
                list.Add(node);
            }

            foreach (var inner in node.Subgraphs().SelectMany(OnnxModels.WithSubgraphs)) { Capture(inner); }
        }
    }

    /// <summary>The node that makes a value; null for inputs, initializers and unknown names.</summary>
    public NodeProto? Producer(string value) => _producers.GetValueOrDefault(value);

    /// <summary>The nodes of this graph that read a value, each once, in the graph's order.</summary>
    public IReadOnlyList<NodeProto> Consumers(string value) => _consumers.TryGetValue(value, out var list) ? list : s_none;

    /// <summary>The one node that reads a value, where nothing else does: no other node, no subgraph, no graph output.</summary>
    public NodeProto? OnlyConsumer(string value) =>
        Consumers(value) is [var only] && !IsOutput(value) && !IsCaptured(value) ? only : null;

    /// <summary>A constant: an initializer that no graph input can override. Null for everything else.</summary>
    public TensorProto? Constant(string value) => _inputs.Contains(value) ? null : _initializers.GetValueOrDefault(value);

    /// <summary>Whether the value is an output of the graph.</summary>
    public bool IsOutput(string value) => _outputs.Contains(value);

    /// <summary>Whether a subgraph may read the value.</summary>
    public bool IsCaptured(string value) => _captured.Contains(value);

    // Every name that an inner graph mentions counts, even where it defines the name itself: that errs towards leaving values alone.
    void Capture(GraphProto inner)
    {
        foreach (var name in inner.Node.SelectMany(n => n.Input)) { _captured.Add(name); }
        foreach (var output in inner.Output) { _captured.Add(output.Name); }
    }
}
