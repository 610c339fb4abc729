namespace DetrPerfLab.Onnx;

/// <summary>Chooses which nodes of a prepared graph compute on 8-bit integers, so that every quantised stretch is closed: no pair of
/// QuantizeLinear and DequantizeLinear stands inside it that ONNX Runtime does not fuse.</summary>
/// <remarks>
/// The plan decides on nodes with weights and on products. What lies between them (residual sums, concatenations, pools, activations, moves) joins where an
/// input comes from and an output goes to quantised nodes; repeated until nothing changes.
/// </remarks>
sealed class StaticSelection(GraphEditor editor)
{
    readonly GraphIndex _index = editor.Index;
    readonly long _opset = editor.Model.OpsetVersion();
    readonly IReadOnlyDictionary<string, DataType> _types = ElementTypes.Infer(editor.Graph);
    readonly Dictionary<NodeProto, StaticUnit> _units = new(ReferenceEqualityComparer.Instance);
    readonly Dictionary<string, StaticUnit> _producers = new(StringComparer.Ordinal);

    internal IReadOnlyList<StaticUnit> Units { get; private set; } = [];

    /// <summary>Nodes that the plan makes static and that have no such form, with the reason.</summary>
    internal SortedDictionary<string, string> Kept { get; } = new(StringComparer.Ordinal);

    internal static StaticSelection Choose(GraphEditor editor, Func<NodeProto, NodePrecision> plan)
    {
        var selection = new StaticSelection(editor);
        foreach (var node in editor.Graph.Node) { selection.Classify(node, plan); }
        selection.Close();
        selection.Units = [.. editor.Graph.Node.Where(selection._units.ContainsKey).Select(n => selection._units[n])];
        return selection;
    }

    internal bool IsQuantizedOutput(string value) => _producers.TryGetValue(value, out var unit) && (unit.Kind != StaticKind.Weighted && unit.Kind != StaticKind.Product
        || unit.Node.OpType == "Conv" || ReadByUnitsOnly(value));

    // QLinearConv gives codes only; a matrix product may also give float32, which is better than codes that are turned back at once.
    bool ReadByUnitsOnly(string value) => !_index.IsOutput(value) && !_index.IsCaptured(value) && _index.Consumers(value) is { Count: > 0 } all
        && all.All(c => _units.TryGetValue(c, out var unit) && unit.Activations.Contains(value));

    void Classify(NodeProto node, Func<NodeProto, NodePrecision> plan)
    {
        if (!node.IsStandard()) { return; }
        if (node.OpType is "Conv" or "MatMul" or "Gemm" && plan(node) == NodePrecision.Static)
        {
            if (Weighted(node, out var reason) is { } kind) { Take(node, kind); }
            else { Kept[node.Name] = reason; }
        }
        else if (Between(node) is { } kind) { Take(node, kind); }
    }

    void Take(NodeProto node, StaticKind kind)
    {
        var clip = kind != StaticKind.PassThrough && node.Output.Count == 1 && _index.OnlyConsumer(node.Output[0]) is { } next && IsClip(next) ? next : null;
        // Inputs that take part in the arithmetic; shapes, axes and indices are none.
        var data = node.Input.Take(kind switch { StaticKind.Product or StaticKind.Binary => 2, StaticKind.Concat => node.Input.Count, _ => 1 });
        var unit = new StaticUnit(node, clip, kind, [.. data.Where(i => _index.Constant(i) is null)]);
        _units[node] = unit;
        foreach (var output in unit.Outputs) { _producers[output] = unit; }
    }

    bool IsClip(NodeProto node) => node.IsStandard()
        && (node.OpType == "Relu" || (node.OpType == "Clip" && node.Input.Skip(1).All(i => i.Length == 0 || _index.Constant(i) is not null)));

    StaticKind? Weighted(NodeProto node, out string reason)
    {
        if (node.OpType == "Conv")
        {
            reason = "weights or bias are no float32 constants of a 2-D convolution";
            return ConvWeights.Read(_index, node) is null || _index.Constant(node.Input[0]) is not null ? null : StaticKind.Weighted;
        }

        if (LinearLayer.Read(_index, node, out reason) is { TransposeInput: false }) { return StaticKind.Weighted; }
        return node.OpType == "MatMul" && node.Input.All(i => _index.Constant(i) is null && IsFloat(i)) ? StaticKind.Product : null;
    }

    StaticKind? Between(NodeProto node)
    {
        if (node.Input.Count == 0 || !IsFloat(node.Input[0]) || !node.Output.Take(1).All(IsFloat)) { return null; }
        return node.OpType switch
        {
            // A sum of a value with itself would need one DequantizeLinear twice, which is not fused.
            "Add" or "Mul" when node.Input[0] != node.Input[1] && node.Input.All(Usable) => StaticKind.Binary,
            "Sigmoid" or "LeakyRelu" or "GlobalAveragePool" => StaticKind.Unary,
            "AveragePool" when node.GetInt("ceil_mode", 0) == 0 && node.Find("dilations") is null => StaticKind.Unary,
            "Concat" when node.Input.Distinct().Count() == node.Input.Count && node.Input.All(Usable) => StaticKind.Concat,
            "MaxPool" when _opset >= 12 && node.Output.Count == 1 => StaticKind.PassThrough,
            "Reshape" or "Transpose" or "Flatten" or "Squeeze" or "Unsqueeze" or "Slice" or "Gather" or "Expand" or "Tile" => StaticKind.PassThrough,
            "Resize" when node.GetString("mode", "nearest") == "nearest" => StaticKind.PassThrough,
            _ => null,
        };
    }

    bool Usable(string input) => IsFloat(input) && (_index.Constant(input) is not { } constant || constant.ToFloats().All(float.IsFinite));

    bool IsFloat(string value) => _types.GetValueOrDefault(value) == DataType.Float;

    void Close()
    {
        while (_units.Values.Where(u => u.Kind is not (StaticKind.Weighted or StaticKind.Product) && !Belongs(u)).ToList() is { Count: > 0 } outside)
        {
            foreach (var unit in outside)
            {
                _units.Remove(unit.Node);
                foreach (var output in unit.Outputs) { _producers.Remove(output); }
            }
        }
    }

    bool Belongs(StaticUnit unit)
    {
        var quantized = unit.Activations.Count(_producers.ContainsKey);
        if (quantized == 0 || !unit.Activations.All(IsFloat)) { return false; }
        // Codes must come from units that make codes anyway, not from matrix products that would do it for this alone.
        var readers = unit.Outputs.SelectMany(_index.Consumers).ToList();
        var byUnits = readers.Count(r => _units.TryGetValue(r, out var u) && u.Activations.Intersect(unit.Outputs).Any());
        var leaves = byUnits < readers.Count || unit.Outputs.Any(o => _index.IsOutput(o) || _index.IsCaptured(o));
        // One border in and one out is no gain over computing in float32.
        return byUnits > 0 && (quantized == unit.Activations.Count || !leaves);
    }
}

/// <summary>A node that computes on 8-bit integers, the Relu or Clip behind it that quantisation swallows, and the inputs that are quantised on the way in.</summary>
sealed record StaticUnit(NodeProto Node, NodeProto? Clip, StaticKind Kind, IReadOnlyList<string> Activations)
{
    /// <summary>The values that the unit gives, after the clip.</summary>
    internal IEnumerable<string> Outputs => (Clip ?? Node).Output.Where(o => o.Length > 0);
}

/// <summary>Forms of operators that ONNX Runtime has on 8-bit integers.</summary>
/// <remarks>Source: microsoft/onnxruntime, core/optimizer/qdq_transformer/selectors_actions/qdq_selector_action_transformer.cc.</remarks>
enum StaticKind
{
    Weighted, // Conv, MatMul, Gemm with constant weights: QLinearConv, QLinearMatMul or MatMulIntegerToFloat, QGemm
    Product, // MatMul of two activations
    Binary, // Add, Mul: QLinearAdd, QLinearMul
    Unary, // Sigmoid, LeakyRelu, pools of means: QLinear forms with a range of their own
    Concat, // QLinearConcat
    PassThrough, // operators that move codes unchanged: their output has the input's parameters
}
