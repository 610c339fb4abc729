using DetrPerfLab.Core;

namespace DetrPerfLab.Measure;

/// <summary>How timed inferences are checked.</summary>
public sealed record AuditOptions
{
    /// <summary>Of as many timed runs, one is checked and one gets a fresh input, at random places that the engine cannot know.</summary>
    public int Every { get; init => field = value is >= 2 and <= 1000 ? value : throw LabError.OutOfRange(value, "2 to 1000"); } = 5;

    /// <summary>Largest absolute difference from the reference, by the output's name; an output without one is only required to be finite and filled.</summary>
    public IReadOnlyDictionary<string, double> MaxAbs { get; init; } = new Dictionary<string, double>();

    /// <summary>How far a fresh input lies from the usual one: uniform noise of this size on every float.</summary>
    public float FreshNoise { get; init => field = value > 0 ? value : throw LabError.OutOfRange(value, "above 0"); } = 0.1f;

    /// <summary>How much longer fresh inputs may take than usual ones; a cache makes the usual ones look many times faster.</summary>
    public double MostFreshToUsual { get; init => field = value > 1 ? value : throw LabError.OutOfRange(value, "above 1"); } = 2;

    /// <summary>Decides the places and the fresh inputs.</summary>
    public ulong Seed { get; init; } = 1;
}
