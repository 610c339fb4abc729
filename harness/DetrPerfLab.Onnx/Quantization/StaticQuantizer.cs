namespace DetrPerfLab.Onnx;

/// <summary>Static quantisation in two steps: choose nodes, which tells what to calibrate, then write the quantised graph.</summary>
/// <remarks>Writes QuantizeLinear and DequantizeLinear pairs (QDQ) about standard operators: any runtime can run the file, and ONNX Runtime fuses the pairs.</remarks>
public sealed class StaticQuantizer
{
    readonly StaticOptions _options;
    readonly GraphEditor _editor;
    readonly StaticSelection _selection;
    readonly HashSet<string> _static;
    readonly HashSet<string> _dynamic;

    /// <summary>Prepares the model and chooses nodes.</summary>
    /// <param name="source">Any model of opset 11 to 21; not changed.</param>
    /// <param name="options">Plan and types.</param>
    /// <exception cref="LabException">Unsupported, or the plan leaves nothing to convert.</exception>
    public StaticQuantizer(ModelProto source, StaticOptions options)
    {
        _options = options;
        _editor = new GraphEditor(GraphPreparation.Prepare(source));
        OpsetUpgrade.To13(_editor);
        _editor.Finish();
        Prepared = _editor.Model.Clone();
        var plan = options.Plan.Compile();
        _selection = StaticSelection.Choose(_editor, plan);
        _static = [.. StaticNodes];
        _dynamic = [.. _editor.Graph.Node.Where(n => plan(n) == NodePrecision.Dynamic && n.OpType is ("MatMul" or "Gemm") && LinearLayer.Read(_editor.Index, n, out _) is not null).Select(n => n.Name)];
        if (_static.Count == 0)
        {
            throw LabError.CannotQuantize("no node can be quantised statically", "float32 Conv, MatMul or Gemm with constant weights that the plan makes static", "Check the plan and that the model is float32.");
        }
    }

    /// <summary>The float model whose activations are to be calibrated; value names are those of <see cref="TensorsToCalibrate"/>.</summary>
    public ModelProto Prepared { get; }

    /// <summary>Nodes that will compute on 8-bit integers by decision of the plan, in order; what joins between them is not listed.</summary>
    public IEnumerable<string> StaticNodes => _selection.Units.Where(u => u.Kind is StaticKind.Weighted or StaticKind.Product).Select(u => u.Node.Name);

    /// <summary>The activations that need a range.</summary>
    public IReadOnlyList<string> TensorsToCalibrate
    {
        get
        {
            var shared = _selection.Units.Where(u => u.Kind == StaticKind.PassThrough).SelectMany(u => u.Outputs).ToHashSet(StringComparer.Ordinal);
            return [.. _selection.Units
                .SelectMany(u => u.Activations(_editor.Index).Concat(u.Outputs.Where(_selection.IsQuantizedOutput)))
                .Where(t => !shared.Contains(t)).Distinct(StringComparer.Ordinal)];
        }
    }

    /// <summary>Every activation that a part of the chosen nodes may need a range for: more than <see cref="TensorsToCalibrate"/>, so that one calibration serves many plans.</summary>
    internal IReadOnlyList<string> AllActivations =>
        [.. _selection.Units.SelectMany(u => u.Activations(_editor.Index).Concat(u.Outputs)).Distinct(StringComparer.Ordinal)];

    /// <summary>Whether the plan quantises the node and a quantised form of it exists.</summary>
    internal bool HasQuantizedForm(string node) => _static.Contains(node) || _dynamic.Contains(node);

    /// <summary>Writes the quantised model. Call it once.</summary>
    /// <param name="ranges">A range for each of <see cref="TensorsToCalibrate"/>.</param>
    /// <exception cref="LabException">A range is missing.</exception>
    public ConversionResult Convert(IReadOnlyDictionary<string, TensorRange> ranges)
    {
        var kept = _selection.Kept;
        var plan = _options.Plan.Compile();
        var dynamicNodes = _editor.Graph.Node.Where(n => plan(n) == NodePrecision.Dynamic).ToList();
        var writer = new StaticWriter(_editor, _selection, _options, ranges);
        writer.Write();
        var (dynamic, dynamicKept) = DynamicQuantizer.Apply(_editor, dynamicNodes, _options);
        foreach (var (name, reason) in dynamicKept) { kept[name] = reason; }
        _editor.Finish();
        return new(_editor.Model, new()
        {
            Converted = [.. StaticNodes, .. dynamic],
            Kept = kept,
            Warnings = writer.Warnings,
        });
    }
}
