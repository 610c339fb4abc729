using System.Text.RegularExpressions;

namespace DetrPerfLab.Onnx;

/// <summary>Turns weights and operators to float16; inputs and outputs stay float32, and so does what <see cref="Fp16Options"/> keeps.</summary>
/// <remarks>Each value is cast at most once each way; light operators follow their neighbours, so that no cast stands inside a float32 stretch.</remarks>
public sealed class Fp16Converter
{
    const float LargestHalf = 65504;

    static readonly HashSet<string> s_light =
    [
        "Add", "Sub", "Mul", "Div", "Neg", "Abs", "Min", "Max", "Clip", "Relu", "Sigmoid", "Tanh", "Erf",
        "Reshape", "Transpose", "Concat", "Slice", "Gather", "GatherElements", "GatherND", "Squeeze", "Unsqueeze", "Flatten", "Expand", "Tile", "Split", "Pad", "Identity",
        "Where", "MaxPool", "DepthToSpace", "SpaceToDepth",
    ];

    // These give integers or shapes whatever the type of what they read.
    static readonly HashSet<string> s_takesAny = ["Shape", "Size"];

    // Float32 by the operator's own type rules.
    static readonly HashSet<string> s_neverHalf = ["Cast", "CastLike", "QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear", "ConstantOfShape", "EyeLike", "Upsample", "Constant"];

    readonly GraphEditor _editor;
    readonly Fp16Options _options;
    readonly IReadOnlyDictionary<string, DataType> _types;
    readonly GraphIndex _source; // of the graph before it is rewritten
    readonly HashSet<NodeProto> _half = new(ReferenceEqualityComparer.Instance);
    readonly SortedDictionary<string, string> _kept = new(StringComparer.Ordinal);
    readonly Dictionary<(string Value, DataType Type), string> _casts = [];
    readonly List<string> _warnings = [];
    (long Flushed, long Total) _underflow;

    Fp16Converter(ModelProto prepared, Fp16Options options)
    {
        _editor = new GraphEditor(prepared);
        _options = options;
        _types = ElementTypes.Infer(prepared.Graph);
        _source = _editor.Index;
    }

    /// <summary>Converts a model.</summary>
    /// <param name="source">Any model of opset 11 to 21; not changed.</param>
    /// <param name="options">What stays float32.</param>
    /// <exception cref="LabException">Unsupported opset, a graph that is none, or a value whose type cannot be told.</exception>
    public static ConversionResult Convert(ModelProto source, Fp16Options options)
    {
        var converter = new Fp16Converter(GraphPreparation.Prepare(source), options);
        converter.Choose();
        converter.FollowNeighbours();
        var nodes = converter._editor.Graph.Node.ToList();
        foreach (var node in nodes) { converter.RewriteInputs(node); }
        foreach (var node in nodes.Where(converter._half.Contains)) { converter.RewriteOutputs(node); }
        converter._editor.Finish();
        return new(converter._editor.Model, converter.Report());
    }

    bool IsFloat(string value) => _types.GetValueOrDefault(value) == DataType.Float;

    // --- which nodes

    void Choose()
    {
        var names = _options.KeepNames.Select(p => NodePattern.Parse(p, "keep-FP32 list")).ToList();
        foreach (var node in _editor.Graph.Node)
        {
            if (!node.Input.Concat(node.Output).Any(IsFloat) || s_takesAny.Contains(node.OpType)) { continue; }
            if (Reason(node, names) is { } reason) { _kept[node.Name] = reason; }
            else { _half.Add(node); }
        }
    }

    string? Reason(NodeProto node, List<Regex> names)
    {
        if (node.Domain is not ("" or "ai.onnx")) { return $"operator of domain {node.Domain}"; }
        if (node.Subgraphs().Any()) { return "holds a subgraph"; }
        if (s_neverHalf.Contains(node.OpType)) { return "its types are fixed"; }
        if (_options.KeepOperators.Contains(node.OpType)) { return $"operator {node.OpType} is kept"; }
        if (names.Find(n => n.IsMatch(node.Name)) is { } name) { return $"name matches '{name}'"; }
        if (node.Input.Concat(node.Output).FirstOrDefault(v => v.Length > 0 && !_types.ContainsKey(v)) is { } unknown) { return $"type of '{unknown}' is not known"; }
        if (node.Output.Any(o => _source.IsCaptured(o))) { return "a subgraph reads it"; }
        if (node.Input.FirstOrDefault(Overflows) is { } weight) { return $"constant '{weight}' exceeds float16"; }
        return null;
    }

    bool Overflows(string value)
    {
        if (!IsFloat(value) || _source.Constant(value) is not { } tensor) { return false; }
        foreach (var v in tensor.Values<float>())
        {
            // Infinity is meant as such (attention masks) and survives.
            if (MathF.Abs(v) > LargestHalf && !float.IsInfinity(v)) { return true; }
        }

        return false;
    }

    // A light node between float32 nodes only would cost two casts and win nothing; expanded normalisations stay whole by it.
    void FollowNeighbours()
    {
        bool changed;
        do
        {
            changed = false;
            foreach (var node in _editor.Graph.Node.Where(n => _half.Contains(n) && s_light.Contains(n.OpType)))
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
        if (s_takesAny.Contains(node.OpType)) { return; }
        for (var i = 0; i < node.Input.Count; i++)
        {
            var value = node.Input[i];
            if (!IsFloat(value)) { continue; }
            var needed = _half.Contains(node) && !StaysFloat(node, i) ? DataType.Float16 : DataType.Float;
            if (needed != ActualType(value)) { node.Input[i] = Convert(value, needed); }
        }

        _editor.Changed();
    }

    // Resize takes its region and its scales as float32.
    static bool StaysFloat(NodeProto node, int input) => node.OpType == "Resize" && input is 1 or 2;

    DataType ActualType(string value) => _source.Producer(value) is { } producer && _half.Contains(producer) ? DataType.Float16 : DataType.Float;

    string Convert(string value, DataType type)
    {
        if (_casts.TryGetValue((value, type), out var known)) { return known; }
        var suffix = type == DataType.Float16 ? "fp16" : "fp32";
        if (_source.Constant(value) is { } constant) { return _casts[(value, type)] = HalfConstant(constant, $"{value}.{suffix}"); }
        var node = _editor.AddNode("Cast", $"{value}.to_{suffix}", [value], $"{value}.{suffix}").Set("to", (long)type);
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
        return _editor.AddConstant<Half>(name, [.. tensor.Dims], halves);
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
                var consumers = _editor.Index.Consumers(value);
                var inner = _editor.RenameOutput(node, i, $"{value}.fp16");
                _editor.Redirect(consumers, value, inner);
                var cast = _editor.AddNode("Cast", $"{value}.to_fp32", [inner], value).Set("to", (long)DataType.Float);
                cast.Output[0] = value;
                _editor.Changed();
            }
            else if (_editor.Graph.ValueInfo.FirstOrDefault(v => v.Name == value)?.Type?.TensorType is { } declared) { declared.ElemType = (int)DataType.Float16; }
        }
    }

    ConversionReport Report()
    {
        if (_underflow.Flushed > 0)
        {
            _warnings.Add($"{_underflow.Flushed:N0} of {_underflow.Total:N0} weights are too small for float16 and became 0.");
        }

        foreach (var (name, reason) in _kept.Where(k => k.Value.Contains("exceeds float16"))) { _warnings.Add($"Node '{name}' stays float32: {reason}."); }
        if (_half.Count == 0) { throw LabError.CannotQuantize("no node can become float16", "a float32 model with nodes outside of the keep list", "Shorten the keep list, or check that the model is float32."); }
        return new() { Converted = [.. _half.Select(n => n.Name)], Kept = _kept, Warnings = _warnings };
    }
}
