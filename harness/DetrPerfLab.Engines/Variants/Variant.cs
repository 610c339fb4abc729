namespace DetrPerfLab.Engines;

/// <summary>A recipe with a fixed name: model, precision, engine and options. It yields one artefact; no recipe: the weights themselves.</summary>
public sealed record Variant(VariantName Parts, string Summary, ArtefactRecipe? Recipe, Func<VariantModel, EngineSettings, ArtefactCache, OpenedEngine> Create)
{
    public string Name { get; } = Parts.ToString();

    /// <summary>
    /// Whether it is held to the bounds of <c>detrlab parity</c>: the same numbers but for the order of additions. With fewer bits, by intent, any finite output
    /// passes that still resembles the reference; the distance is reported.
    /// </summary>
    public bool IsExact => Parts.Precision == Precision.Fp32;
    public OrtDevice Device => Parts.Engine switch { EngineKind.OrtCuda => OrtDevice.Cuda, EngineKind.OrtTensorRt => OrtDevice.TensorRt, _ => OrtDevice.Cpu };

    /// <summary>How far outputs of later runs may lie from the first run's, by name: the order of additions may change from run to run, nothing else.</summary>
    /// <remarks>Where values are rounded to few bits, another order may cross a step of the rounding.</remarks>
    public IReadOnlyDictionary<string, double> RepeatBounds(IReadOnlyList<TensorSpec> outputs) => outputs
        .Where(o => o.Type == ElementType.Float32 && o.Name != "boxes") // corners in pixels of ranked detections, which change places
        .ToDictionary(o => o.Name, o => (IsExact, o.Name is "pred_boxes" or "dets") switch
        {
            (true, true) => ReferenceOutputs.BoxesBound,
            (true, false) => ReferenceOutputs.LogitsBound,
            (false, true) => 0.01,
            (false, false) => 0.1,
        });
}

/// <summary>An engine, which it owns, the artefact that it runs, and what the user should know, for example that synthetic weights stand in.</summary>
public sealed record OpenedEngine(IInferenceEngine Engine, ArtefactInfo Artefact, string? Note = null) : IDisposable
{
    /// <summary>What the model is; null where only its tensors are wanted.</summary>
    public ModelUse? Use { get; init; }

    public void Dispose() => Engine.Dispose();
}
