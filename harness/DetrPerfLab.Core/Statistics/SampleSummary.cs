namespace DetrPerfLab.Core;

/// <summary>A percentile, or the reason why there is none.</summary>
public readonly record struct Percentile(double? Value, string? Reason);

/// <summary>What a report says of raw samples; always recomputed from them, never stored.</summary>
/// <param name="P90">From 64 samples; P95 from 130, P99 from 662.</param>
/// <param name="Outliers">Samples beyond 1.5 quartile ranges from the quartiles (Tukey); they stay in all other figures.</param>
public sealed record SampleSummary(
    int Count, double Minimum, double Maximum, double Median, double Mad, Interval? MedianInterval, Percentile P90, Percentile P95, Percentile P99, int Outliers)
{
    public static SampleSummary? Of(RunResult result) => Of(result.SamplesMs, result.RoundsMs);

    /// <summary>Summarises finite samples in any order; null without any.</summary>
    /// <param name="rounds">What the interval is drawn from, where samples of one turn are alike; null for the samples themselves.</param>
    public static SampleSummary? Of(IReadOnlyList<double> samples, IReadOnlyList<double>? rounds = null)
    {
        if (samples.Count == 0) { return null; }
        double[] sorted = [.. samples.Order()];
        var (low, high) = (Quantile.OfSorted(sorted, 0.25), Quantile.OfSorted(sorted, 0.75));
        var fence = 1.5 * (high - low);
        return new(
            sorted.Length, sorted[0], sorted[^1], Quantile.OfSorted(sorted, 0.5), Quantile.Mad(sorted), Bootstrap.Median(rounds is null ? sorted : [.. rounds.Order()]),
            Estimate(sorted, 0.90), Estimate(sorted, 0.95), Estimate(sorted, 0.99), sorted.Count(s => s < low - fence || s > high + fence));
    }

    /// <summary>Samples needed before the quantile <paramref name="p"/>, in (0, 1), is reported; a low one is counted from below.</summary>
    /// <remarks>The rule: with 99 % confidence at least two samples lie beyond the quantile, so that the estimate does not rest on the single most extreme one.
    /// It fails with probability p^n + n p^(n-1) (1-p), all samples or all but one on the near side: of n independent samples, the number at or below the true
    /// p-quantile is binomial (n, p). Source: Conover, "Practical nonparametric statistics", 1999, chapter 3.2.</remarks>
    internal static int NeededSamples(double p)
    {
        if (p is not (> 0 and < 1)) { throw new ArgumentOutOfRangeException(nameof(p), p, "needed above 0 and below 1"); }
        var (n, near) = (2, Math.Max(p, 1 - p));
        while (Math.Pow(near, n) + (n * Math.Pow(near, n - 1) * (1 - near)) > 0.01) { n++; }
        return n;
    }

    static Percentile Estimate(double[] sorted, double p) => NeededSamples(p) is var needed && sorted.Length < needed
        ? new(null, FormattableString.Invariant($"p{p * 100:0.##} needs {needed} samples, there are {sorted.Length}"))
        : new(Quantile.OfSorted(sorted, p), null);
}
