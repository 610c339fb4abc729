using System.Text.Json;

namespace DetrPerfLab.Cli;

/// <summary>A candidate: a variant of the model, what it is calibrated on, and the options that it runs with.</summary>
/// <param name="Calibration">Also names the layers that stay float, where a search found that some should.</param>
/// <param name="Threads">0: all processors that the process may use.</param>
sealed record Arm(string Variant, CalibrationChoice Calibration, int Threads = 0, bool Spinning = true)
{
    internal static Arm Baseline(CalibrationChoice calibration) => new(VariantName.OrtFp32, calibration);

    /// <summary>As a person tells it from the others.</summary>
    internal string Name => Variant + (Calibration.KeepList is null || !IsCalibrated ? "" : " with layers kept float")
        + (Threads > 0 ? $", {Threads} thread{(Threads == 1 ? "" : "s")}" : "") + (Spinning ? "" : ", no spinning");

    bool IsCalibrated => VariantRegistry.Get(Variant).Recipe is { IsCalibrated: true };

    /// <summary>A kept list makes another file of the same recipe, which would take the place of the first.</summary>
    internal string Cache => Calibration.KeepList is null ? OptimizeOptions.Cache : Path.Combine(OptimizeOptions.Cache, "kept");

    internal EngineSettings Settings => new() { Threads = Threads, Spinning = Spinning };

    internal VariantModel ModelOf(OptimizeOptions options) => VariantModel.Of(options.Model, Calibration, options.Family);

    internal Artefact Build(OptimizeOptions options, Action<long, long> progress) =>
        new ArtefactCache(Cache).Get(ModelOf(options), VariantRegistry.Get(Variant).Recipe!, (_, done, of) => progress(done, of));

    /// <summary>The candidate's engine, as the lab's evaluation takes it.</summary>
    internal OpenedEngine Open(OptimizeOptions options)
    {
        var model = ModelOf(options);
        return VariantRegistry.Get(Variant).Create(model, Settings, new(Cache)) with { Use = model.Use };
    }

    internal VariantCase CaseOf(OptimizeOptions options, ImageSize size) => new(ModelOf(options), VariantRegistry.Get(Variant), [size], new(Cache)) { Settings = Settings };

    internal WorkerRequest Request(OptimizeOptions options, ImageSize size, int rounds) => new(options.Model, Variant, size.Height, size.Width, Threads, Cache)
    {
        Name = Name,
        Spinning = Spinning,
        Calibration = JsonSerializer.Serialize(Calibration, LabJson.OneLine),
        Use = options.Family == new FamilyOptions() ? null : JsonSerializer.Serialize(options.Family, LabJson.OneLine),
        Samples = rounds,
    };
}
