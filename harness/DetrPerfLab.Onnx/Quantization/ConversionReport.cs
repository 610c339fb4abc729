namespace DetrPerfLab.Onnx;

/// <summary>What a conversion did.</summary>
public sealed record ConversionReport
{
    /// <summary>Nodes that now compute in the lower precision, by name.</summary>
    public IReadOnlyList<string> Converted { get; init; } = [];

    /// <summary>Nodes that could have been converted and were not, with the reason, by name.</summary>
    public IReadOnlyDictionary<string, string> Kept { get; init; } = new SortedDictionary<string, string>(StringComparer.Ordinal);

    /// <summary>What the user should know, one sentence each.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}

/// <summary>A converted model and what was done.</summary>
/// <param name="Model">New; the source stays as it was.</param>
/// <param name="Report">What was done.</param>
public sealed record ConversionResult(ModelProto Model, ConversionReport Report);
