namespace DetrPerfLab.Core;

/// <summary>How a bootstrap interval is drawn. The same options and data give the same interval everywhere.</summary>
public sealed record BootstrapOptions
{
    /// <summary>Samples drawn; at 1,000 the ends of a 95 % interval move by a few percent of its width from seed to seed.</summary>
    public int Replicates
    {
        get;
        init => field = value is >= 100 and <= 1_000_000 ? value : throw LabError.OutOfRange(value, "100 to 1000000");
    } = 1000;

    /// <summary>Confidence.</summary>
    public double Level
    {
        get;
        init => field = value is > 0 and < 1 ? value : throw LabError.OutOfRange(value, "above 0 and below 1");
    } = 0.95;

    /// <summary>Start of the random numbers.</summary>
    public ulong Seed { get; init; } = 1;
}
