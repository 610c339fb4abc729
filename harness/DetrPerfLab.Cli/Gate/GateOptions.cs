namespace DetrPerfLab.Cli;

/// <summary>What <c>detrlab gate</c> was asked for.</summary>
sealed record GateOptions
{
    internal required GateSide Base { get; init; }
    internal required GateSide Head { get; init; }
    internal required IReadOnlyList<GateCaseName> Cases { get; init; }
    internal double Minutes { get; init; } = 10;
    internal ulong Seed { get; init; } = 1;
    internal int Threads { get; init; }
    internal string? Coco { get; init; }
    internal double MaxApLoss { get; init; } = 0.5; // points
    internal double MaxClassChanges { get; init; } = 2; // per cent of the queries
    internal IReadOnlyList<string> Allowed { get; init; } = []; // figures that may grow
    internal bool Restart { get; init; }
    internal string Results { get; init; } = LabPaths.Results; // where the self-test keeps its records
    internal string? Json { get; init; }
    internal string? JUnit { get; init; }
    internal string? Summary { get; init; }
    internal NoVerdict NoVerdict { get; init; } = NoVerdict.Exit4;
    internal double UnitMs { get; init; } = GateRun.DefaultUnitMs;
    internal TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(2); // for an answer of a process: a large model is loaded, a first inference made

    /// <summary>Builds, copies and journals of gates.</summary>
    internal static string Cache => Path.Combine(LabPaths.ModelCache, "gate");
}

/// <summary>What a CI makes of a gate that could not decide.</summary>
enum NoVerdict
{
    Exit4,
    Pass,
    Fail,
}

/// <summary>What is timed on both sides, as <c>--case</c> names it: <c>[MODEL/]VARIANT[@SIDE]</c>.</summary>
/// <param name="Model">Null where the sides are model files.</param>
/// <param name="Side">Shorter side of the image in pixels; null for the model's own.</param>
sealed record GateCaseName(string? Model, string Variant, int? Side)
{
    /// <summary>What a model file is, unless something else is said.</summary>
    internal static GateCaseName AsItIs { get; } = new(null, VariantName.OrtFp32, null);

    /// <exception cref="LabException">It is no such name.</exception>
    internal static GateCaseName Parse(string text)
    {
        var (rest, side) = text.Split('@') switch
        {
            [var one] => (one, (int?)null),
            [var one, var number] when int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var s) && s is >= 1 and <= 10_000 => (one, s),
            _ => throw LabError.OutOfRange($"'{text}'", "[MODEL/]VARIANT[@SIDE], for example detr-r50/ort-int8-static@512", "--case"),
        };
        var slash = rest.LastIndexOf('/');
        var name = new GateCaseName(slash > 0 ? rest[..slash] : null, rest[(slash + 1)..], side);
        if (VariantName.TryParse(name.Variant) is null) { throw LabError.UnknownName("variant", name.Variant, VariantRegistry.All.Select(v => v.Name)); }
        return name;
    }

    public override string ToString() => (Model is null ? "" : Model + "/") + Variant + (Side is { } side ? $"@{side}" : "");
}
