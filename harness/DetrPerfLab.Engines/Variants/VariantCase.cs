using System.Text.Json;

namespace DetrPerfLab.Engines;

/// <summary>
/// One variant on a batch of synthetic images: builds what it runs, opens and checks it, says why it is as fast as it is.
/// Sizes, in pixels, are those of the batch's images; unequal ones are padded. A size that a model file fixes wins where there is one image.
/// </summary>
public sealed record VariantCase(VariantModel Model, Variant Variant, IReadOnlyList<ImageSize> Sizes, ArtefactCache Artefacts)
{
    const int ProfiledRuns = 3;

    public EngineSettings Settings { get; init; } = new();

    /// <summary>How timed runs are checked; the bounds are the variant's.</summary>
    public AuditOptions Audit { get; init; } = new();

    /// <summary>Time since the process began that its harness waited for its own sake, milliseconds.</summary>
    public double WaitedMs { get; init; }
    string Reference => ReferenceOutputs.ReferenceOf(Variant, Model);
    string InputsName => $"synthetic {string.Join(' ', Sizes.Count > 1 ? Sizes : [Model.InputSize(Sizes[0])])}";

    /// <summary>Null where images of several sizes share a batch: padding makes it another task than that which accuracy was judged on.</summary>
    int? InputSide => Sizes.Distinct().Count() > 1 ? null : Math.Min(Model.InputSize(Sizes[0]).Height, Model.InputSize(Sizes[0]).Width);

    public static VariantCase Of(WorkerRequest request) =>
        new(VariantModel.Of(request.Model, request.Calibration is { } calibration ? JsonSerializer.Deserialize<CalibrationChoice>(calibration, LabJson.Options) : null, request.Use is { } use ? JsonSerializer.Deserialize<FamilyOptions>(use, LabJson.Options) : null), VariantRegistry.Get(request.Variant), [new(request.Height, request.Width)], new(request.CacheFolder))
        {
            Settings = new() { Threads = request.Threads, Spinning = request.Spinning },
            Audit = AuditOptions.For(request.Samples) with { Seed = request.Seed },
        };

    /// <summary>
    /// Builds the model file and computes the reference's outputs, with <paramref name="fresh"/> for the audit's fresh input too: so no measuring process holds
    /// a second runtime. Returns the hash of the file that the variant runs; empty where it runs on the weights themselves.
    /// </summary>
    public string Prepare(Action<string, long, long> progress, bool fresh)
    {
        var artefact = Variant.Recipe is { } recipe ? Artefacts.Get(Model, recipe, progress).Info.Sha256 : "";
        Expected(Inputs, InputsName);
        if (fresh) { FreshReference(); }
        return artefact;
    }

    /// <summary>Loads the engine, runs it once and holds its outputs against the reference's: a fast wrong engine fails here.</summary>
    public OpenVariant Open()
    {
        // libtorch's threads are OpenMP's, which reads this when it is loaded; ONNX Runtime has an option.
        if (!Settings.Spinning)
        {
            if (TorchNative.IsLoaded && Variant.Parts.Engine is EngineKind.Torch or EngineKind.TorchScript)
            {
                throw LabError.CheckFailed($"'{Variant.Name}' was asked not to spin in a process that has loaded libtorch: its threads would spin on. Open it in a process of its own.");
            }

            NativeEnvironment.Set("OMP_WAIT_POLICY", "passive");
        }

        var inputs = Inputs();
        var detections = new FirstDetections(Model, Model.InputSize(Sizes[0]));
        var open = new OpenVariant(
            Variant.Name, Audit with { MaxAbs = Variant.RepeatBounds(Model.Use.Outputs) }, () => Variant.Create(Model, Settings, Artefacts), inputs, outputs => Compare(() => inputs, InputsName, outputs), detections, WaitedMs)
        { FreshReference = FreshReference };
        open.Known = open.Known with { InputSide = InputSide, ImagesPerOperation = Sizes.Count };
        return open;
    }

    /// <summary>Holds outputs on this case's images, from an engine that was opened for others, against the reference's.</summary>
    public AgreementInfo Compare(TensorSet outputs) => Compare(Inputs, InputsName, outputs);

    /// <summary>The same on any inputs; the name tells them from others.</summary>
    public AgreementInfo Compare(Func<TensorSet> inputs, string inputsName, TensorSet outputs) =>
        ReferenceOutputs.ThrowIfDiverged(Variant, Reference, Expected(inputs, inputsName), outputs);

    public TensorSet Expected(Func<TensorSet> inputs, string inputsName) => ReferenceOutputs.Get(Model, Reference, inputs, inputsName, Artefacts);

    /// <summary>
    /// Adds the operations that an inference takes and what was found in the graph that ran; with <paramref name="profile"/> where the time goes, which
    /// takes further runs, so not for what takes long. Called in the host, not in a process that measures.
    /// </summary>
    public RunResult Explain(RunResult result, MachineInfo machine, bool profile = false)
    {
        if (result.SamplesMs.Count == 0) { return result; }
        var canvas = Sizes.Count > 1 ? new ImageSize(Sizes.Max(s => s.Height), Sizes.Max(s => s.Width)) : Model.InputSize(Sizes[0]);
        var why = VariantFacts.Of(Model, Variant, Settings, Artefacts, canvas, machine);
        profile &= Variant.Device == OrtDevice.Cpu && Quantile.Median([.. result.SamplesMs]) < MeasuredCase.SlowMs;
        return result with
        {
            Peak = why.Peak,
            Flops = why.Flops * Sizes.Count, // images of a batch are all padded to one size
            Findings = [.. why.Findings, .. result.Memory?.Gpu?.Findings() ?? [], .. result.Findings],
            Modules = profile ? [.. Profile().Modules.Select(m => new ModuleTime(m.Name, m.Ms, m.Flops))] : [],
        };

        EngineProfile Profile() => ModuleProfile.Profile(Model, Variant, Settings, Artefacts, Inputs(), ProfiledRuns);
    }

    /// <summary>What was measured is not lost because it cannot be explained: the reason becomes a finding.</summary>
    public static RunResult TryExplain(RunResult measured, Func<RunResult, RunResult> explain)
    {
        try { return explain(measured); }
        catch (Exception reason) { return measured with { Findings = [.. measured.Findings, new("unknown", $"not looked into: {LabError.ReasonOf(reason)}")] }; }
    }

    TensorSet Inputs() => Sizes is [var one] ? Model.CreateInputs(one) : SyntheticImages.CreateBatch([.. Sizes]);

    /// <summary>Of one image: a batch runs the same engine and would take the reference many times as long. Null too for ranked detections, whose order changes with the input.</summary>
    FreshReference? FreshReference()
    {
        if (Sizes.Count > 1) { return null; }
        var expected = Expected(Inputs, InputsName);
        if (Model.Use.Family == ModelFamilies.Deim) { return null; }
        var fresh = Expected(() => FreshInput.Of(Inputs(), Audit.Seed, index: 0), $"{InputsName} fresh {Audit.Seed}");
        return new(expected, fresh, outputs => ReferenceOutputs.ThrowIfDiverged(Variant, Reference, fresh, outputs));
    }
}
