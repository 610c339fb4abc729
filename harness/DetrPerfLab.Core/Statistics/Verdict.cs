namespace DetrPerfLab.Core;

/// <summary>What a ratio and its interval allow to say.</summary>
public enum Verdict
{
    /// <summary>The interval holds 1, or lies within the noise, or there is none.</summary>
    Undecided,

    /// <summary>The whole interval says faster.</summary>
    Faster,

    /// <summary>The whole interval says slower.</summary>
    Slower,
}

/// <summary>Turns an interval into a verdict.</summary>
public static class Verdicts
{
    /// <summary>Judges a speed-up.</summary>
    /// <param name="speedUp">Time of the baseline over time of the candidate; null where the samples were too few.</param>
    /// <param name="noise">Relative change that does not matter, for example 0.02; 0 or more.</param>
    public static Verdict OfSpeedUp(Interval? speedUp, double noise = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(noise);
        return speedUp switch
        {
            { Lower: var lower } when lower > 1 + noise => Verdict.Faster,
            { Upper: var upper } when upper < 1 / (1 + noise) => Verdict.Slower,
            _ => Verdict.Undecided,
        };
    }
}
