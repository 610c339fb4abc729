namespace DetrPerfLab.Engines;

/// <summary>
/// One line of a parity table: the largest absolute difference of <c>logits</c>, <c>boxes</c> or, for an inner tensor, of what the manifest tells of it (mean, deviation,
/// first values), and its bound; null where it is only shown.
/// </summary>
public sealed record ParityRow(string Case, string Variant, string Stage, double MaxAbs, double? Bound)
{
    /// <summary>Whether the bound holds. NaN never does.</summary>
    public bool Holds => Bound is not { } bound || MaxAbs <= bound;
}

/// <summary>Recomputes the cases of the <c>manifest.json</c> in a folder with our engines.</summary>
public sealed class ParityRunner(string folder, ArtefactCache cache)
{
    static readonly OnnxRecipe s_stages = new("fp32-stages",
        build => DetrExporter.Export(build.Model.LoadWeights(), new ExportOptions { StageOutputs = true }));
    readonly ParityManifest _manifest = ParityManifest.Load(folder);

    /// <summary>Who computed the expected outputs.</summary>
    public string Reference => _manifest.Reference;

    /// <summary>The variants that must agree to the last bits, the plain ones first.</summary>
    public static IReadOnlyList<string> DefaultVariants { get; } = ["torch-fp32", "torchscript-fp32", "ort-fp32-disabled", "ort-fp32-basic", "ort-fp32"];

    /// <summary>The variants that a name stands for: itself, or all default ones of an engine (<c>torch</c>, <c>torchscript</c>, <c>ort</c>).</summary>
    public static IEnumerable<string> VariantsOf(string name)
    {
        var ofEngine = DefaultVariants.Where(v => VariantRegistry.Get(v).Parts.EngineName == name).ToList();
        return ofEngine.Count > 0 ? ofEngine : [VariantRegistry.Get(name).Name];
    }

    /// <summary>Compares these variants on every case: the inner tensors where a variant shows them, then logits and boxes.</summary>
    public IEnumerable<ParityRow> Run(IReadOnlyList<string> variants) => _manifest.Cases.SelectMany(c => variants.SelectMany(v => Run(c, v)));

    internal IEnumerable<ParityRow> Run(string caseName, string variant) => Run(_manifest.Cases.Single(c => c.Name == caseName), variant);

    IEnumerable<ParityRow> Run(ParityCase @case, string variantName)
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
        yield return new(@case.Name, variantName, "logits", MaxAbs(@case.Logits.Read(_manifest.Folder), outputs["logits"]), ReferenceOutputs.LogitsBound);
        yield return new(@case.Name, variantName, "boxes", MaxAbs(@case.Boxes.Read(_manifest.Folder), outputs["pred_boxes"]), ReferenceOutputs.BoxesBound);
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
