namespace DetrPerfLab.Onnx;

/// <summary>Static quantisation in two steps: choose nodes, which tells what to calibrate, then write the quantised graph.</summary>
/// <remarks>Writes QuantizeLinear and DequantizeLinear pairs (QDQ) about standard operators: any runtime can run the file, and ONNX Runtime fuses the pairs.</remarks>
sealed class StaticQuantizer
{
    readonly StaticOptions _options;
    readonly GraphEditor _editor;
    readonly StaticSelection _selection;
    readonly List<NodeProto> _dynamic;

    internal StaticQuantizer(ModelProto source, StaticOptions options)
    {
        _options = options;
        _editor = new GraphEditor(GraphPreparation.Prepare(source));
        OpsetUpgrade.To13(_editor);
        _editor.Finish();
        Prepared = _editor.Model.Clone();
        var plan = options.Plan.Compile(_editor.Graph, _editor.Index);
        _selection = StaticSelection.Choose(_editor, plan);
        _dynamic = [.. _editor.Graph.Node.Where(n => plan(n) == NodePrecision.Dynamic)];
        if (!StaticNodes.Any())
        {
            throw LabError.CannotQuantize("no node can be quantised statically", "float32 Conv, MatMul or Gemm with constant weights that the plan makes static", "Check the plan and that the model is float32.");
        }
    }

    /// <summary>The float model whose activations are to be calibrated; value names are those of <see cref="TensorsToCalibrate"/>.</summary>
    internal ModelProto Prepared { get; }

    /// <summary>Nodes that will compute on 8-bit integers by decision of the plan, in order; what joins between them is not listed.</summary>
    internal IEnumerable<string> StaticNodes => _selection.Units.Where(u => u.Kind is StaticKind.Weighted or StaticKind.Product).Select(u => u.Node.Name);

    internal IReadOnlyList<string> TensorsToCalibrate
    {
        get
        {
            var shared = _selection.Units.Where(u => u.Kind == StaticKind.PassThrough).SelectMany(u => u.Outputs).ToHashSet(StringComparer.Ordinal);
            return Distinct(u => u.Outputs.Where(_selection.IsQuantizedOutput), t => !shared.Contains(t));
        }
    }

    /// <summary>Every activation that a part of the chosen nodes may need a range for: more than <see cref="TensorsToCalibrate"/>, so that one calibration serves many plans.</summary>
    internal IReadOnlyList<string> AllActivations => Distinct(u => u.Outputs, _ => true);

    internal HashSet<string> Quantizable =>
    [
        .. StaticNodes,
        .. _dynamic.Where(n => n.OpType is "MatMul" or "Gemm" && LinearLayer.Read(_editor.Index, n, out _) is not null).Select(n => n.Name),
    ];

    /// <summary>Writes the quantised model from a range for each of <see cref="TensorsToCalibrate"/>. Call it once.</summary>
    internal ConversionResult Convert(IReadOnlyDictionary<string, TensorRange> ranges)
    {
        var kept = _selection.Kept;
        new StaticWriter(_editor, _selection, _options, ranges).Write();
        var (dynamic, dynamicKept) = DynamicQuantizer.Apply(_editor, _dynamic, _options);
        foreach (var (name, reason) in dynamicKept) { kept[name] = reason; }
        _editor.Finish();
        return new(_editor.Model, new([.. StaticNodes, .. dynamic], kept, []));
    }

    List<string> Distinct(Func<StaticUnit, IEnumerable<string>> outputs, Func<string, bool> where) =>
        [.. _selection.Units.SelectMany(u => u.Activations.Concat(outputs(u))).Where(where).Distinct(StringComparer.Ordinal)];
}
