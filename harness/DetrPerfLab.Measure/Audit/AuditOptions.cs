namespace DetrPerfLab.Measure;

/// <summary>How timed inferences are checked.</summary>
public sealed record AuditOptions
{
    /// <summary>Of as many timed runs, one is checked and one gets a fresh input, at random places that the engine cannot know.</summary>
    public int Every { get; init => field = value is >= 2 and <= 1000 ? value : throw LabError.OutOfRange(value, "2 to 1000"); } = 5;

    /// <summary>Largest absolute difference from the reference, by the output's name; an output without one is only required to be finite and filled.</summary>
    public IReadOnlyDictionary<string, double> MaxAbs { get; init; } = new Dictionary<string, double>();

    /// <summary>How much longer fresh inputs may take than usual ones; a cache makes the usual ones look many times faster.</summary>
    public double MostFreshToUsual { get; init => field = value > 1 ? value : throw LabError.OutOfRange(value, "above 1"); } = 2;

    /// <summary>How far outputs for a fresh input must follow the reference's: half of its change, at least; see <see cref="FreshReference.ResponseOf"/>.</summary>
    public double LeastResponse { get; init => field = value is > 0 and < 1 ? value : throw LabError.OutOfRange(value, "above 0 and below 1"); } = 0.5;
    public ulong Seed { get; init; } = 1; // decides the places and the fresh inputs

    /// <summary>For a number of timed runs: often enough for <see cref="AuditInfo.LeastFresh"/> fresh inputs in short runs, now and then in long ones.</summary>
    public static AuditOptions For(int runs) => new() { Every = runs < 9 ? 2 : runs <= 15 ? 3 : Math.Min(runs / 5, 1000) };
}
