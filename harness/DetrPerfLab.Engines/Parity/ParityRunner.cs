namespace DetrPerfLab.Engines;

/// <summary>One line of a parity table.</summary>
/// <param name="Case">The case's name.</param>
/// <param name="Variant">Who computed it here.</param>
/// <param name="Stage">An inner tensor, <c>logits</c> or <c>boxes</c>.</param>
/// <param name="MaxAbs">Largest absolute difference; for an inner tensor, of what the manifest tells of it (mean, deviation, first values).</param>
/// <param name="Bound">What it may be at most; null where it is only shown.</param>
public sealed record ParityRow(string Case, string Variant, string Stage, double MaxAbs, double? Bound)
{
    /// <summary>Whether the bound holds. NaN never does.</summary>
    public bool Holds => Bound is not { } bound || MaxAbs <= bound;
}

/// <summary>Recomputes the cases of a manifest with our engines.</summary>
/// <param name="cache">Where exported models lie.</param>
public sealed class ParityRunner(ArtefactCache cache)
{
    /// <summary>The variants that must agree to the last bits, the plain ones first.</summary>
    public static IReadOnlyList<string> DefaultVariants { get; } = ["torch-fp32", "torchscript-fp32", "ort-fp32-disabled", "ort-fp32-basic", "ort-fp32"];

    /// <summary>The variants that a name stands for: itself, or all default ones of an engine (<c>torch</c>, <c>torchscript</c>, <c>ort</c>).</summary>
    /// <exception cref="LabException">It is neither.</exception>
    public static IEnumerable<string> VariantsOf(string name)
    {
        var ofEngine = DefaultVariants.Where(v => VariantRegistry.Get(v).Parts.EngineName == name).ToList();
        return ofEngine.Count > 0 ? ofEngine : [VariantRegistry.Get(name).Name];
    }

    static readonly OnnxRecipe s_stages = new("fp32-stages",
        build => DetrExporter.Export(build.Model.LoadWeights(), new ExportOptions { StageOutputs = true }));

    /// <summary>Compares one variant on one case.</summary>
    /// <returns>The inner tensors where the variant shows them, then logits and boxes.</returns>
    public IEnumerable<ParityRow> Run(ParityManifest manifest, ParityCase @case, string variantName)
    {
        var variant = VariantRegistry.Get(variantName);
        var model = VariantModel.Synthetic(@case.Config);
        var inputs = SyntheticImages.CreateBatch(@case.Sizes);
        using var engine = variant.Create(model, new EngineSettings(), cache);
        var outputs = TensorSet.AllocateOutputs(engine.Engine.Inputs, inputs, engine.Engine.Outputs);
        foreach (var stage in Stages(variant, model, engine.Engine, inputs, outputs))
        {
            if (@case.Stages.TryGetValue(stage.Name, out var expected)) { yield return new(@case.Name, variantName, stage.Name, Distance(expected, stage), Bound: null); }
        }

        engine.Engine.Run(inputs, outputs);
        engine.Engine.Synchronize();
        yield return new(@case.Name, variantName, "logits", MaxAbs(@case.Logits.Read(manifest.Folder), outputs["logits"]), ReferenceOutputs.LogitsBound);
        yield return new(@case.Name, variantName, "boxes", MaxAbs(@case.Boxes.Read(manifest.Folder), outputs["pred_boxes"]), ReferenceOutputs.BoxesBound);
    }

    /// <summary>Eager engines show their inner tensors themselves; an ONNX graph is exported once more with them as outputs and run as it is.</summary>
    IReadOnlyList<HostTensor> Stages(Variant variant, VariantModel model, IInferenceEngine engine, TensorSet inputs, TensorSet outputs)
    {
        if (engine is IStagedEngine staged) { return staged.RunStages(inputs, outputs); }
        if (variant.Name != "ort-fp32-disabled") { return []; }
        using var session = new OrtEngine(cache.Get(model, s_stages).Path, new OrtEngineOptions { Optimization = GraphOptimization.Disabled });
        var all = session.AllocateOutputs(inputs);
        session.Run(inputs, all);
        return [.. all];
    }

    static double MaxAbs(float[] expected, HostTensor actual)
    {
        if (expected.Length != actual.Count) { return double.NaN; }
        var found = actual.Floats;
        var max = 0.0;
        for (var i = 0; i < expected.Length; i++)
        {
            max = Math.Max(max, Math.Abs((double)expected[i] - found[i])); // NaN passes on
        }

        return max;
    }

    static double Distance(ParityStage expected, HostTensor actual)
    {
        if (!actual.Shape.SequenceEqual([.. expected.Shape])) { return double.NaN; }
        var values = actual.Floats;
        double sum = 0, squares = 0;
        foreach (var value in values) { sum += value; }
        var mean = sum / values.Length;
        foreach (var value in values) { squares += (value - mean) * (value - mean); }
        var max = Math.Max(Math.Abs(mean - expected.Mean), Math.Abs(Math.Sqrt(squares / (values.Length - 1)) - expected.Std));
        for (var i = 0; i < expected.First8.Count; i++) { max = Math.Max(max, Math.Abs(values[i] - expected.First8[i])); }
        return max;
    }
}
