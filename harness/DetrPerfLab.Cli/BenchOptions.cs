namespace DetrPerfLab.Cli;

/// <summary>What <c>detrlab bench</c> was asked for.</summary>
sealed record BenchOptions
{
    internal const string DefaultModel = "detr-r50";
    static readonly string[] s_ofWeights = [VariantName.Baseline, "ort-fp32", "ort-int8-static"];
    static readonly string[] s_ofOnnx = ["ort-fp32", "ort-int8-static"]; // a file has no eager form

    internal string Model { get; init; } = DefaultModel;

    internal static IReadOnlyList<string> DefaultVariants(string model) => Path.GetExtension(model) == ".onnx" ? s_ofOnnx : s_ofWeights;

    /// <summary>Names of the registry, all different.</summary>
    internal IReadOnlyList<string> Variants
    {
        get;
        init
        {
            field = [.. value.Select(name => VariantRegistry.Get(name).Name)];
            if (field.Count == 0 || field.Distinct().Count() != field.Count)
            {
                throw LabError.OutOfRange(field.Count == 0 ? "empty" : string.Join(',', field), "at least one variant, each once", "--variants");
            }
        }
    } = s_ofWeights;

    /// <summary>With which the others are compared; null for <see cref="LabResults.BaselineOf"/>. Set after <see cref="Variants"/>.</summary>
    internal string? Baseline
    {
        get;
        init => field = value is null || Variants.Contains(value) ? value : throw LabError.OutOfRange(value, $"one of those measured: {string.Join(", ", Variants)}", "--baseline");
    }

    internal int Rounds { get; init => field = value is >= 1 and <= 10_000 ? value : throw LabError.OutOfRange(value, "1 to 10000", "--rounds"); } = 15;

    /// <summary>Shorter side of the image, pixels; null for the model's own: 800 of a DETR, 224 of most classifiers.</summary>
    internal int? Size { get; init => field = value is null or (>= 32 and <= 2048) ? value : throw LabError.OutOfRange(value, "32 to 2048", "--size"); }
    internal FamilyOptions Family { get; init; } = new();
    internal ulong Seed { get; init; } = 1;
    internal int Threads { get; init => field = value is >= 0 and <= 256 ? value : throw LabError.OutOfRange(value, "0 to 256", "--threads"); }
    internal string Results { get; init; } = LabPaths.Results;
    internal string Cache { get; init; } = LabPaths.ModelCache;
    internal double WarmUpCapMs { get; init; } = MeasuredCase.WarmUpRule.CapMs;
    internal bool Restart { get; init; }
    internal bool Json { get; init; }
    internal bool Charts { get; init; } = true;

    /// <summary>What the model is given: the longer side follows from 3:4, as 800x1066 does, where it does not take squares or one size alone.</summary>
    internal ImageSize SizeOf(ModelUse use)
    {
        var side = Size ?? use.Side;
        return use.InputSize(new(side, side * 4 / 3));
    }

    internal string Plots => PlotsOf(Results);

    /// <summary>Charts of results that lie elsewhere lie with them, and do not take the place of the checkout's.</summary>
    internal static string PlotsOf(string results) => Path.GetFullPath(results) == Path.GetFullPath(LabPaths.Results) ? LabPaths.Plots : Path.Combine(results, "plots");

    /// <summary>What differs from a plain run, by name; part of the results' ids, so that runs of other sizes do not take the place of each other.</summary>
    internal IReadOnlyDictionary<string, string> Parameters(VariantModel model)
    {
        var parameters = new Dictionary<string, string>();
        if (Size is { } side && side != model.Use.Side) { parameters["Size"] = $"{SizeOf(model.Use)}"; }
        if (Threads != 0) { parameters["Threads"] = $"{Threads}"; }
        if (Model != DefaultModel) { parameters["Model"] = model.Name; }
        return parameters;
    }

    /// <summary>For example <c>Bench.Forward(Variant: ort-fp32, Size: 512x682)</c>.</summary>
    internal static string IdOf(string variant, IReadOnlyDictionary<string, string> parameters) =>
        $"Bench.Forward({string.Join(", ", parameters.Select(p => $"{p.Key}: {p.Value}").Prepend($"Variant: {variant}"))})";
}
