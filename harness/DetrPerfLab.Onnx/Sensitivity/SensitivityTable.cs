namespace DetrPerfLab.Onnx;

/// <summary>What quantising one group of nodes alone does to the outputs.</summary>
public sealed record GroupSensitivity
{
    public required string Group { get; init; }
    public required IReadOnlyList<string> Nodes { get; init; }

    /// <summary>Share of the model's multiplications that the group has, in [0, 1]: what quantising it can win.</summary>
    public required double WorkShare { get; init; }

    /// <summary>Signal to quantisation noise over all outputs and inputs, in dB; higher is better. Capped at 200 where nothing changed.</summary>
    public required double SqnrDb { get; init; }

    /// <summary>Smallest cosine of an output, averaged over the inputs.</summary>
    public required double Cosine { get; init; }
}

/// <summary>Sensitivity of every group, most sensitive first, and the nodes that a search decided to keep. An artefact that later runs reuse.</summary>
public sealed record SensitivityTable
{
    /// <summary>Lower-case hex sha256 of the model file; null for a model in memory.</summary>
    public string? ModelSha256 { get; init; }

    public required string InputSha256 { get; init; }
    public Shard? Part { get; init; } // of the groups; null for all
    public required IReadOnlyList<GroupSensitivity> Groups { get; init; }

    /// <summary>The search for nodes to keep; null before one was made.</summary>
    public KeepList? KeepList { get; init; }

    /// <summary>The plan with the kept groups in float.</summary>
    public QuantizationPlan Apply(QuantizationPlan plan) => KeepList is null ? plan
        : plan.With(NodePrecision.Float, Groups.Where(g => KeepList.Groups.Contains(g.Group)).SelectMany(g => g.Nodes), "keep-list");

    /// <summary>Tables of parts as one.</summary>
    /// <exception cref="LabException">They are of several models or inputs, or some are missing.</exception>
    public static SensitivityTable Merge(IReadOnlyList<string> files)
    {
        var parts = files.Select(file => (Name: file, Table: Load(file))).ToList();
        if (parts.FirstOrDefault(p => p.Table.Part is null) is { Name: { } whole }) { throw LabError.BadInput($"'{whole}' is no part of a table, needed files of 'detrlab sensitivity --shard'. Leave it out."); }
        if (parts.FirstOrDefault(p => p.Table.ModelSha256 != parts[0].Table.ModelSha256 || p.Table.InputSha256 != parts[0].Table.InputSha256) is { Name: { } other })
        {
            throw LabError.BadInput($"'{other}' and '{parts[0].Name}' are of other models or other calibration images: they do not belong together. Name the parts of one table.");
        }

        Shard.RequireAll([.. parts.Select(p => (p.Name, p.Table.Part!.Value))], "detrlab sensitivity … --shard");
        return parts[0].Table with { Part = null, Groups = Sorted(parts.SelectMany(p => p.Table.Groups).DistinctBy(g => g.Group)) };
    }

    /// <summary>Most sensitive first.</summary>
    internal static IReadOnlyList<GroupSensitivity> Sorted(IEnumerable<GroupSensitivity> groups) => [.. groups.OrderBy(g => g.SqnrDb).ThenBy(g => g.Group, StringComparer.Ordinal)];

    public static SensitivityTable Load(string path) => QuantizationPlan.Read<SensitivityTable>(path, "Make it with 'detrlab sensitivity'.");

    public void Save(string path) => LabJson.Write(path, this);
}
