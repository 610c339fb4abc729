namespace DetrPerfLab.Engines;

/// <summary>A recipe with a fixed name: model, precision, engine and options. It yields one artefact.</summary>
/// <param name="Summary">What it is, in a few words.</param>
/// <param name="Recipe">The model file that it runs; null where it runs on the weights themselves.</param>
/// <param name="Create">Makes the engine.</param>
public sealed record Variant(VariantName Parts, string Summary, ArtefactRecipe? Recipe, Func<VariantModel, EngineSettings, ArtefactCache, VariantEngine> Create)
{
    /// <summary>The text of <see cref="Parts"/>.</summary>
    public string Name { get; } = Parts.ToString();

    /// <summary>
    /// Whether it is held to the bounds of <c>detrlab parity</c>: the same numbers but for the order of additions. With fewer bits, by intent, any finite output
    /// passes that still resembles the reference; the distance is reported.
    /// </summary>
    public bool IsExact => Parts.Precision == Precision.Fp32;

    /// <summary>Where it runs.</summary>
    public OrtDevice Device => Parts.Engine switch { EngineKind.OrtCuda => OrtDevice.Cuda, EngineKind.OrtTensorRt => OrtDevice.TensorRt, _ => OrtDevice.Cpu };

    /// <summary>How far outputs of later runs may lie from the first run's, by name: the order of additions may change from run to run, nothing else.</summary>
    /// <remarks>Where values are rounded to few bits, another order may cross a step of the rounding.</remarks>
    public IReadOnlyDictionary<string, double> RepeatBounds => IsExact
        ? new Dictionary<string, double> { ["logits"] = ReferenceOutputs.LogitsBound, ["pred_boxes"] = ReferenceOutputs.BoxesBound, ["scores"] = ReferenceOutputs.LogitsBound }
        : new Dictionary<string, double> { ["logits"] = 0.1, ["pred_boxes"] = 0.01, ["scores"] = 0.1 };
}

/// <summary>An engine, and the artefact that it runs.</summary>
/// <param name="Engine">Owned: disposed with this.</param>
/// <param name="Artefact">What was loaded.</param>
public sealed record VariantEngine(IInferenceEngine Engine, ArtefactInfo Artefact) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => Engine.Dispose();
}
