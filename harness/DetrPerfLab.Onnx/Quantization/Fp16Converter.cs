namespace DetrPerfLab.Onnx;

/// <summary>What stays float32 when a model becomes float16. Written into the file's metadata.</summary>
sealed record Fp16Options
{
    /// <summary>Operators that stay: sums over many values, exponentials and the sines of position encodings lose too much, and order decides in TopK.</summary>
    public IReadOnlyList<string> KeepOperators { get; } =
    [
        "Softmax", "LogSoftmax", "LayerNormalization", "InstanceNormalization", "GroupNormalization", "BatchNormalization", "LpNormalization", "RMSNormalization", "MeanVarianceNormalization", "RotaryEmbedding",
        "ReduceMean", "ReduceSum", "ReduceSumSquare", "ReduceL2", "Pow", "Sqrt", "Reciprocal", "Exp", "Log", "Sin", "Cos", "CumSum", "Range", "TopK", "NonMaxSuppression",
    ];

    /// <summary>What stays for what it is for: box heads with their post-processing, and position encodings.</summary>
    public IReadOnlyList<NodeRole> KeepRoles { get; } = [NodeRole.Boxes, NodeRole.Position];
}

/// <summary>Turns weights and operators to float16; inputs and outputs stay float32, and so does what <see cref="Fp16Options"/> keeps.</summary>
/// <remarks>Each value is cast at most once each way; light operators follow their neighbours, so that no cast stands inside a float32 stretch.</remarks>
sealed class Fp16Converter(GraphEditor editor)
{
    const float LargestHalf = 65504;

    static readonly HashSet<string> s_light =
    [
        "Add", "Sub", "Mul", "Div", "Neg", "Abs", "Min", "Max", "Clip", "Relu", "Sigmoid", "Tanh", "Erf",
        "Reshape", "Transpose", "Concat", "Slice", "Gather", "GatherElements", "GatherND", "Squeeze", "Unsqueeze", "Flatten", "Expand", "Tile", "Split", "Pad", "Identity",
        "Where", "MaxPool", "DepthToSpace", "SpaceToDepth",
    ];

    // Float32 by the operator's own type rules.
    static readonly HashSet<string> s_neverHalf = ["Cast", "CastLike", "QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear", "ConstantOfShape", "EyeLike", "Upsample", "Constant"];

    readonly Fp16Options _options = new();
    readonly IReadOnlyDictionary<string, DataType> _types = ElementTypes.Infer(editor.Graph);
    readonly GraphIndex _source = editor.Index; // of the graph before it is rewritten
    readonly HashSet<NodeProto> _half = new(ReferenceEqualityComparer.Instance);
    readonly SortedDictionary<string, string> _kept = new(StringComparer.Ordinal);
    readonly Dictionary<(string Value, DataType Type), string> _casts = [];
    (long Flushed, long Total) _underflow;

    internal static ConversionResult Convert(ModelProto source)
    {
        var editor = new GraphEditor(GraphPreparation.Prepare(source));
        var converter = new Fp16Converter(editor);
        converter.Choose();
        converter.FollowNeighbours();
        var nodes = editor.Graph.Node.ToList();
        foreach (var node in nodes) { converter.RewriteInputs(node); }
        foreach (var node in nodes.Where(converter._half.Contains)) { converter.RewriteOutputs(node); }
        editor.Finish();
        return new(editor.Model, converter.Report());
    }

    bool IsFloat(string value) => _types.GetValueOrDefault(value) == DataType.Float;

    // --- which nodes

    void Choose()
    {
        var roles = NodeRoles.Of(editor.Graph, _source);
        foreach (var node in editor.Graph.Node)
        {
            if (!node.Input.Concat(node.Output).Any(IsFloat) || TakesAny(node)) { continue; }
            if (Reason(node, roles) is { } reason) { _kept[node.Name] = reason; }
            else { _half.Add(node); }
        }
    }

    // These give integers or shapes whatever the type of what they read.
    static bool TakesAny(NodeProto node) => node.OpType is "Shape" or "Size";

    string? Reason(NodeProto node, NodeRoles roles)
    {
        if (!node.IsStandard()) { return $"operator of domain {node.Domain}"; }
        if (node.Subgraphs().Any()) { return "holds a subgraph"; }
        if (s_neverHalf.Contains(node.OpType)) { return "its types are fixed"; }
        if (_options.KeepOperators.Contains(node.OpType)) { return $"operator {node.OpType} is kept"; }
        foreach (var role in _options.KeepRoles.Where(r => roles.Has(node, r))) { return role == NodeRole.Boxes ? "places boxes" : "encodes positions"; }
        if (node.Input.Concat(node.Output).FirstOrDefault(v => v.Length > 0 && !_types.ContainsKey(v)) is { } unknown) { return $"type of '{unknown}' is not known"; }
        if (node.Output.Any(o => _source.IsCaptured(o))) { return "a subgraph reads it"; }
        if (node.Input.FirstOrDefault(Overflows) is { } weight) { return $"constant '{weight}' exceeds float16"; }
        return null;
    }

    bool Overflows(string value)
    {
        if (!IsFloat(value) || _source.Constant(value) is not { } tensor) { return false; }
        // Infinity is meant as such (attention masks) and survives.
        return tensor.ToFloats().Any(v => MathF.Abs(v) > LargestHalf && !float.IsInfinity(v));
    }

    // A light node between float32 nodes only would cost two casts and win nothing; expanded normalisations stay whole by it.
    void FollowNeighbours()
    {
        bool changed;
        do
        {
            changed = false;
            foreach (var node in editor.Graph.Node.Where(n => _half.Contains(n) && s_light.Contains(n.OpType)))
            {
                var near = node.Input.Where(IsFloat).Select(_source.Producer).OfType<NodeProto>().Concat(node.Output.SelectMany(_source.Consumers));
                if (near.Any(_half.Contains)) { continue; }
                _half.Remove(node);
                _kept[node.Name] = "stands between float32 nodes";
                changed = true;
            }
        }
        while (changed);
    }

    // --- rewriting

    void RewriteInputs(NodeProto node)
    {
        if (TakesAny(node)) { return; }
        for (var i = 0; i < node.Input.Count; i++)
        {
            var value = node.Input[i];
            if (!IsFloat(value)) { continue; }
            var staysFloat = node.OpType == "Resize" && i is 1 or 2; // region and scales
            var needed = _half.Contains(node) && !staysFloat ? DataType.Float16 : DataType.Float;
            if (needed != ActualType(value)) { node.Input[i] = Convert(value, needed); }
        }
    }

    DataType ActualType(string value) => _source.Producer(value) is { } producer && _half.Contains(producer) ? DataType.Float16 : DataType.Float;

    string Convert(string value, DataType type)
    {
        if (_casts.TryGetValue((value, type), out var known)) { return known; }
        var suffix = type == DataType.Float16 ? "fp16" : "fp32";
        if (_source.Constant(value) is { } constant) { return _casts[(value, type)] = HalfConstant(constant, $"{value}.{suffix}"); }
        var node = editor.AddNode("Cast", $"{value}.to_{suffix}", [value], $"{value}.{suffix}").Set("to", (long)type);
        return _casts[(value, type)] = node.Output[0];
    }

    string HalfConstant(TensorProto tensor, string name)
    {
        var values = tensor.Values<float>();
        var halves = new Half[values.Length];
        for (var i = 0; i < halves.Length; i++)
        {
            halves[i] = (Half)values[i];
            if (halves[i] == Half.Zero && values[i] != 0) { _underflow.Flushed++; }
        }

        _underflow.Total += halves.Length;
        return editor.AddConstant<Half>(name, [.. tensor.Dims], halves);
    }

    // A graph output keeps its name and float32: the node makes another value, and a cast makes the output of it.
    void RewriteOutputs(NodeProto node)
    {
        for (var i = 0; i < node.Output.Count; i++)
        {
            var value = node.Output[i];
            if (!IsFloat(value)) { continue; }
            if (_source.IsOutput(value))
            {
                var consumers = editor.Index.Consumers(value);
                var inner = editor.RenameOutput(node, i, $"{value}.fp16");
                editor.Redirect(consumers, value, inner);
                editor.AddNode("Cast", $"{value}.to_fp32", [inner], value).Set("to", (long)DataType.Float).Output[0] = value;
            }
            else if (editor.Graph.ValueInfo.FirstOrDefault(v => v.Name == value)?.Type?.TensorType is { } declared) { declared.ElemType = (int)DataType.Float16; }
        }
    }

    ConversionReport Report()
    {
        var warnings = _kept.Where(k => k.Value.Contains("exceeds float16")).Select(k => $"Node '{k.Key}' stays float32: {k.Value}.");
        if (_underflow is { Flushed: > 0 and var flushed, Total: var total })
        {
            warnings = warnings.Prepend($"{flushed:N0} of {total:N0} weights are too small for float16 and became 0.");
        }

        if (_half.Count == 0) { throw LabError.CannotQuantize("no node can become float16", "a float32 model with nodes outside of the keep list", "Shorten the keep list, or check that the model is float32."); }
        return new([.. _half.Select(n => n.Name)], _kept, [.. warnings]);
    }
}
