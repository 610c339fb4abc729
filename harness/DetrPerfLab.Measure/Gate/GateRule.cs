namespace DetrPerfLab.Measure;

/// <summary>What a gate says of a case.</summary>
public enum GateVerdict
{
    Same, // the whole interval lies inside the dead band
    Faster,
    Slower, // twice over, by different processes
    Undecided, // neither, within the time; or the machine does not allow a verdict
}

/// <summary>When a gate decides.</summary>
/// <remarks>A head is slower, or faster, where the whole interval lies beyond half of the dead band: a difference that small comes of where the linker puts a
/// function, and of nothing that a team can act on. It is the same where the whole interval lies inside the dead band, and its middle within half of it. On a restless machine the copy of the base
/// shows what no difference may look like: then only what lies beyond all of that counts, and nothing is called the same.</remarks>
public sealed record GateRule
{
    public const double LeastDeadBand = 0.05;

    internal static GateRule Default { get; } = new();

    /// <summary>Differences up to it count as none, as a share of the base's time.</summary>
    public double DeadBand { get; init => field = value is > 0 and < 1 ? value : throw LabError.OutOfRange(value, "above 0 and below 1"); } = LeastDeadBand;
    public double Level { get; init; } = 0.99; // of the intervals
    public int LeastBlocks { get; init; } = 8; // of a stage: fewer reach no interval of 99 %

    /// <summary>Blocks after which a stage ends; more would only wait.</summary>
    public int MostBlocks { get; init; } = 60;

    internal double Alarm => Math.Log(1 + (DeadBand / 2));
    internal double Edge => Math.Log(1 + DeadBand);

    /// <summary>The rule for a machine on which two identical builds differ by so much from gate to gate (standard deviation, a share).</summary>
    public static GateRule For(double noise) => new() { DeadBand = Math.Min(0.5, Math.Max(LeastDeadBand, 3 * noise)) };
}
