namespace DetrPerfLab.Onnx;

/// <summary>The role of each node, told by the graph alone: its operators, who reads what, and its outputs; never by the names of nodes or of inner values.</summary>
/// <remarks>Of a prepared graph: biases may follow their layers, constants are initializers.</remarks>
sealed class NodeRoles
{
    // Moves and arithmetic through which coordinates, positions, queries and keys pass.
    static readonly HashSet<string> s_flow =
    [
        "Add", "Sub", "Mul", "Div", "Neg", "Abs", "Min", "Max", "Clip", "Pow", "Exp", "Log", "Sqrt", "Reciprocal", "Sigmoid", "Tanh", "Softplus", "Sin", "Cos", "Cast",
        "Reshape", "Transpose", "Concat", "Slice", "Split", "Gather", "GatherElements", "GatherND", "Squeeze", "Unsqueeze", "Flatten", "Expand", "Tile", "Where", "Identity",
    ];

    static readonly HashSet<string> s_activations = ["Relu", "LeakyRelu", "PRelu", "Elu", "Gelu", "Erf", "HardSwish", "HardSigmoid", "Mish", "Swish"];
    static readonly string[] s_boxNames = ["pred_boxes", "boxes", "dets", "bboxes", "bbox"];

    readonly GraphProto _graph;
    readonly GraphIndex _index;
    readonly IReadOnlyDictionary<string, DataType> _types;
    readonly HashSet<NodeProto> _boxes = new(ReferenceEqualityComparer.Instance);
    readonly HashSet<NodeProto> _position = new(ReferenceEqualityComparer.Instance);
    readonly HashSet<NodeProto> _cross = new(ReferenceEqualityComparer.Instance);

    NodeRoles(GraphProto graph, GraphIndex index) => (_graph, _index, _types) = (graph, index, ElementTypes.Infer(graph));

    internal static NodeRoles Of(GraphProto graph, GraphIndex index)
    {
        var roles = new NodeRoles(graph, index);
        roles.FindBoxes();
        roles.FindPosition();
        roles.FindCrossAttention();
        return roles;
    }

    internal bool Has(NodeProto node, NodeRole role) => (role switch { NodeRole.Boxes => _boxes, NodeRole.Position => _position, _ => _cross }).Contains(node);

    // --- boxes

    void FindBoxes()
    {
        var named = _graph.Output.Where(o => s_boxNames.Contains(o.Name, StringComparer.OrdinalIgnoreCase)).ToList();
        // A detector gives scores beside its boxes: four numbers alone may be anything.
        var outputs = named.Count > 0 || _graph.Output.Count < 2 ? named : [.. _graph.Output.Where(o => Width(o) == 4)];
        var layers = outputs.SelectMany(o => Back(o.Name, _boxes)).ToList();
        _boxes.UnionWith(layers);
        // Hidden layers of the head: what nothing else reads. A sum of two values and a normalisation belong to the trunk.
        Backward(_boxes, n => IsLayer(n) || s_activations.Contains(n.OpType) || (IsFlow(n) && (n.OpType != "Add" || Data(n).Count() < 2)));
        // Reference points and whatever else is reckoned from coordinates alone.
        Forward(_boxes, n => IsFlow(n) || n.OpType is "Softmax" or "Relu" || IsExpectation(n));
    }

    // The length of the last axis: as declared (rank 3 or more, since [N,4] is a classifier's), or the width of the layer that makes it.
    long? Width(ValueInfoProto output)
    {
        if (output.Shape() is { } shape) { return shape is [_, _, .., { IsFixed: true, Length: var length }] ? length : null; }
        var layers = Back(output.Name, new(ReferenceEqualityComparer.Instance)).ToList();
        return layers is [{ OpType: not "Conv" } only] && LinearLayer.Read(_index, only, out _) is { } layer ? layer.Columns : null;
    }

    // --- position encodings

    void FindPosition()
    {
        _position.UnionWith(_graph.Node.Where(n => n.IsStandard() && n.OpType is "Sin" or "Cos"));
        Backward(_position, IsFlow);
        // Layers that read coordinates: 2 of a point or 4 of a box.
        foreach (var node in _graph.Node.Where(n => IsLayer(n) && n.OpType != "Conv" && !_boxes.Contains(n)))
        {
            if (_index.Producer(node.Input[0]) is { } from && _boxes.Contains(from) && LinearLayer.Read(_index, node, out _) is { Rows: 2 or 4 }) { _position.Add(node); }
        }

        Forward(_position, n => IsFlow(n) || s_activations.Contains(n.OpType) || IsLayer(n));
        _position.ExceptWith(_boxes);
    }

    // --- cross-attention

    void FindCrossAttention()
    {
        foreach (var node in _graph.Node.Where(n => n.IsStandard() || n.Domain == OnnxModels.OrtDomain))
        {
            if (node is { Domain: OnnxModels.OrtDomain, OpType: "MultiHeadAttention", Input.Count: >= 3 }) { Attention(node, node.Input[0], node.Input[1], values: node.Input[2]); }
            else if (node.OpType == "Softmax" && Scores(node) is { } scores) { Attention(node, scores.Input[0], scores.Input[1], scores); }
            else if (node is { OpType: "Attention", Input.Count: >= 2 }) { Attention(node, node.Input[0], node.Input[1]); }
            else if (node is { OpType: "GridSample", Input.Count: 2 }) { Attention(node, node.Input[1], node.Input[0]); }
        }
    }

    // The product of queries and keys, behind scale and mask.
    NodeProto? Scores(NodeProto softmax)
    {
        var at = _index.Producer(softmax.Input[0]);
        while (at is not null && IsFlow(at)) { at = Data(at).Select(_index.Producer).FirstOrDefault(p => p is not null && (IsFlow(p) || IsProduct(p))); }
        return at is not null && IsProduct(at) ? at : null;
    }

    void Attention(NodeProto weights, string query, string key, NodeProto? scores = null, string? values = null)
    {
        var part = new HashSet<NodeProto>(ReferenceEqualityComparer.Instance) { weights, scores ?? weights };
        var queries = Back(query, part).Where(l => !_boxes.Contains(l)).ToList();
        var keys = Back(key, part).ToList();
        var from = Sources(queries, query);
        if (from.Overlaps(Sources(keys, key))) { return; }
        part.UnionWith(queries);
        part.UnionWith(keys);
        if (values is not null) { part.UnionWith(Back(values, part).Where(l => !_boxes.Contains(l)).ToList()); }
        Ahead(weights, part);
        _cross.UnionWith(part.Where(n => !_boxes.Contains(n)));
    }

    HashSet<string> Sources(List<NodeProto> layers, string value)
    {
        var sources = new HashSet<string>(StringComparer.Ordinal);
        foreach (var start in layers.Count > 0 ? layers.Select(l => l.Input[0]) : [value]) { Collect(start); }
        return sources;

        // Both sides of a sum count: a position is added to what is attended.
        void Collect(string at)
        {
            if (!IsData(at) || !sources.Add(at) || _index.Producer(at) is not { } node || !IsFlow(node)) { return; }
            foreach (var input in Data(node)) { Collect(input); }
        }
    }

    // From the attention weights on: the values that they weigh, the product, and the projection behind it.
    void Ahead(NodeProto weights, HashSet<NodeProto> part)
    {
        var open = new Stack<NodeProto>([weights]);
        while (open.TryPop(out var node))
        {
            foreach (var reader in node.Output.SelectMany(_index.Consumers).Where(r => IsFlow(r) || IsProduct(r) || IsLayer(r) || r.OpType == "ReduceSum"))
            {
                var residual = reader.OpType == "Add" && Data(reader).Count() > 1;
                if (residual || _boxes.Contains(reader) || !part.Add(reader) || IsLayer(reader)) { continue; }
                if (IsProduct(reader) || reader.OpType == "Mul") { part.UnionWith(Data(reader).SelectMany(v => Back(v, part)).Where(l => !_boxes.Contains(l)).ToList()); }
                open.Push(reader);
            }
        }
    }

    // --- walks

    /// <summary>From a value back through moves and arithmetic, which join <paramref name="passed"/>, to the layers that they come from.</summary>
    List<NodeProto> Back(string value, HashSet<NodeProto> passed)
    {
        var (layers, open) = (new List<NodeProto>(), new Stack<string>([value]));
        while (open.TryPop(out var at))
        {
            if (_index.Producer(at) is not { } node || passed.Contains(node)) { continue; }
            if (IsLayer(node) && !IsExpectation(node)) { layers.Add(node); }
            else if (IsFlow(node) || node.OpType == "Softmax" || IsExpectation(node))
            {
                passed.Add(node);
                foreach (var input in Data(node)) { open.Push(input); }
            }
        }

        return [.. layers.Distinct()];
    }

    // Takes in nodes whose every reader is inside, until nothing changes: the graph is sorted, so that one walk from its end does.
    void Backward(HashSet<NodeProto> set, Func<NodeProto, bool> where)
    {
        foreach (var node in _graph.Node.Reverse())
        {
            var readers = node.Output.SelectMany(_index.Consumers).ToList();
            var seen = node.Output.Any(o => _index.IsOutput(o) || _index.IsCaptured(o));
            if (!seen && readers.Count > 0 && readers.All(set.Contains) && Data(node).Any() && where(node)) { set.Add(node); }
        }
    }

    // Takes in nodes that read from inside only.
    void Forward(HashSet<NodeProto> set, Func<NodeProto, bool> where)
    {
        foreach (var node in _graph.Node.Where(where))
        {
            if (Data(node).Any() && Data(node).All(v => _index.Producer(v) is { } from && set.Contains(from))) { set.Add(node); }
        }
    }

    // --- kinds of nodes

    IEnumerable<string> Data(NodeProto node) => node.Input.Where(IsData);

    bool IsData(string value) => value.Length > 0 && _index.Constant(value) is null && _types.GetValueOrDefault(value) is DataType.Float or DataType.Float16 or DataType.Undefined;

    static bool IsFlow(NodeProto node) => node.IsStandard() && s_flow.Contains(node.OpType);

    bool IsLayer(NodeProto node) => node.IsStandard() && node.OpType is "Conv" or "MatMul" or "Gemm" && node.Input.Count > 1 && _index.Constant(node.Input[1]) is not null;

    bool IsProduct(NodeProto node) => node.IsStandard() && node is { OpType: "MatMul", Input.Count: 2 } && IsData(node.Input[1]);

    // The mean of a distribution over distances (distribution focal loss): arithmetic, although its constant looks like a layer.
    bool IsExpectation(NodeProto node)
    {
        if (!IsLayer(node)) { return false; }
        var from = _index.Producer(node.Input[0]);
        while (from is { OpType: "Reshape" or "Transpose" or "Squeeze" or "Unsqueeze" or "Flatten" }) { from = _index.Producer(from.Input[0]); }
        return from is { OpType: "Softmax" };
    }
}
