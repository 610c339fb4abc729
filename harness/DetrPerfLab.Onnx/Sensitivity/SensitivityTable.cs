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
    public required IReadOnlyList<GroupSensitivity> Groups { get; init; }

    /// <summary>The search for nodes to keep; null before one was made.</summary>
    public KeepList? KeepList { get; init; }

    /// <summary>The plan with the kept groups in float.</summary>
    public QuantizationPlan Apply(QuantizationPlan plan) => KeepList is null ? plan
        : plan.With(NodePrecision.Float, Groups.Where(g => KeepList.Groups.Contains(g.Group)).SelectMany(g => g.Nodes), "keep-list");

    public static SensitivityTable Load(string path) => QuantizationPlan.Read<SensitivityTable>(path, "Make it with 'detrlab sensitivity'.");

    public void Save(string path) => LabJson.Write(path, this);
}
