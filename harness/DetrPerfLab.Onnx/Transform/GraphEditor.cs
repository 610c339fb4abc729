using Google.Protobuf.Collections;

namespace DetrPerfLab.Onnx;

/// <summary>Edits the main graph of a model in place. Nodes may be added in any order; <see cref="Finish"/> sorts them and drops what nothing reads.</summary>
sealed class GraphEditor
{
    readonly HashSet<string> _names = new(StringComparer.Ordinal);
    GraphIndex? _index;

    internal GraphEditor(ModelProto model)
    {
        Model = model;
        foreach (var graph in model.Graph.WithSubgraphs())
        {
            _names.UnionWith(graph.Input.Select(i => i.Name).Concat(graph.Initializer.Select(i => i.Name)));
            _names.UnionWith(graph.Node.SelectMany(n => n.Output.Append(n.Name)));
        }
    }

    internal ModelProto Model { get; }
    internal GraphProto Graph => Model.Graph;

    /// <summary>The graph as it was at the first use after the last edit through this class.</summary>
    internal GraphIndex Index => _index ??= new GraphIndex(Graph);

    internal string Unique(string wanted)
    {
        var name = wanted;
        for (var i = 1; !_names.Add(name); i++) { name = $"{wanted}_{i}"; }
        return name;
    }

    internal string AddConstant<T>(string wanted, ReadOnlySpan<long> dims, ReadOnlySpan<T> values) where T : unmanaged
    {
        var tensor = OnnxTensors.Create(Unique(wanted), dims, values);
        Graph.Initializer.Add(tensor);
        _index = null;
        return tensor.Name;
    }

    /// <summary>Adds a node; its name and those of its outputs are made free.</summary>
    internal NodeProto AddNode(string opType, string name, IEnumerable<string> inputs, params IEnumerable<string> outputs)
    {
        var node = new NodeProto { OpType = opType, Name = Unique(name), Input = { inputs }, Output = { outputs.Select(Unique) } };
        Graph.Node.Add(node);
        _index = null;
        return node;
    }

    /// <summary>Takes a node out; its name is free then, and the values that it made are undefined until another node makes them.</summary>
    internal void Remove(NodeProto node)
    {
        // By reference: protobuf's Equals compares contents, and two nodes may be alike.
        var at = Graph.Node.Index().First(n => ReferenceEquals(n.Item, node)).Index;
        Graph.Node.RemoveAt(at);
        _names.Remove(node.Name);
        _index = null;
    }

    /// <summary>Takes <paramref name="next"/> out; <paramref name="node"/> makes its value instead.</summary>
    internal void Absorb(NodeProto node, NodeProto next)
    {
        Remove(next);
        node.Output[0] = next.Output[0];
    }

    internal void Replace(NodeProto node, TensorProto constant)
    {
        constant.Name = node.Output[0];
        Remove(node);
        Graph.Initializer.Add(constant);
    }

    internal void Redirect(IEnumerable<NodeProto> consumers, string from, string to)
    {
        foreach (var node in consumers)
        {
            for (var i = 0; i < node.Input.Count; i++)
            {
                if (node.Input[i] == from) { node.Input[i] = to; }
            }
        }

        _index = null;
    }

    /// <summary>Gives a value that <paramref name="node"/> makes another name, which it returns; the old one is free for another node to make.</summary>
    internal string RenameOutput(NodeProto node, int output, string wanted)
    {
        _index = null;
        return node.Output[output] = Unique(wanted);
    }

    /// <summary>Drops nodes and constants that nothing reads, sorts the nodes so that each follows what it reads, and forgets shapes of values that are gone.</summary>
    /// <exception cref="LabException">The nodes form a circle, or a value is made twice.</exception>
    internal void Finish()
    {
        RemoveDead();
        Sort();
        var made = Graph.Node.SelectMany(n => n.Output).ToHashSet(StringComparer.Ordinal);
        Keep(Graph.ValueInfo, v => made.Contains(v.Name));
        _index = null;
    }

    void RemoveDead()
    {
        var index = new GraphIndex(Graph);
        var live = new HashSet<NodeProto>(ReferenceEqualityComparer.Instance);
        var read = new HashSet<string>(StringComparer.Ordinal);
        var pending = new Stack<string>(Graph.Output.Select(o => o.Name));
        while (pending.TryPop(out var value))
        {
            if (!read.Add(value) || index.Producer(value) is not { } node || !live.Add(node)) { continue; }
            foreach (var input in node.Input.Concat(node.Captured())) { pending.Push(input); }
        }

        Keep(Graph.Node, live.Contains);
        Keep(Graph.Initializer, t => read.Contains(t.Name));
        Keep(Graph.QuantizationAnnotation, a => read.Contains(a.TensorName));
    }

    // Kahn's algorithm with the present order as priority: what is in order stays as it is.
    void Sort()
    {
        var index = new GraphIndex(Graph);
        var position = new Dictionary<NodeProto, int>(ReferenceEqualityComparer.Instance);
        foreach (var (i, node) in Graph.Node.Index()) { position[node] = i; }
        var waiting = new int[Graph.Node.Count];
        var readers = new List<int>[Graph.Node.Count];
        var ready = new PriorityQueue<int, int>();
        foreach (var (i, node) in Graph.Node.Index())
        {
            var sources = node.Input.Concat(node.Captured()).Select(index.Producer).OfType<NodeProto>().Select(p => position[p]).Distinct().ToList();
            waiting[i] = sources.Count;
            foreach (var source in sources) { (readers[source] ??= []).Add(i); }
            if (sources.Count == 0) { ready.Enqueue(i, i); }
        }

        var sorted = new List<NodeProto>(waiting.Length);
        while (ready.TryDequeue(out var next, out _))
        {
            sorted.Add(Graph.Node[next]);
            foreach (var reader in readers[next] ?? [])
            {
                if (--waiting[reader] == 0) { ready.Enqueue(reader, reader); }
            }
        }

        if (sorted.Count < Graph.Node.Count)
        {
            var stuck = Graph.Node.First(n => waiting[position[n]] > 0);
            throw LabError.OnnxGraph($"{stuck.OpType} '{stuck.Name}' waits for a value that waits for it");
        }

        Graph.Node.Clear();
        Graph.Node.AddRange(sorted);
    }

    static void Keep<T>(RepeatedField<T> items, Func<T, bool> keep)
    {
        var kept = items.Where(keep).ToList();
        if (kept.Count == items.Count) { return; }
        items.Clear();
        items.AddRange(kept);
    }
}
