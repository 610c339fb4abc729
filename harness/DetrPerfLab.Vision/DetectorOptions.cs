namespace DetrPerfLab.Vision;

/// <summary>What a user can ask of a detector.</summary>
public sealed record DetectorOptions
{
    /// <summary>Shorter side in pixels that images are brought to; null for the family's own (DETR: 800). A size that the model fixes wins.</summary>
    public int? Size
    {
        get;
        init => field = value is null or (>= 1 and <= ResizeRule.LongestSide) ? value : throw LabError.OutOfRange(value, $"1 to {ResizeRule.LongestSide}", "size");
    }

    /// <summary>Which detections are kept.</summary>
    public PostprocessOptions Postprocess { get; init; } = new();

    /// <summary>Threads that preprocessing may use for one image.</summary>
    public int Threads { get; init; } = 1;
}
