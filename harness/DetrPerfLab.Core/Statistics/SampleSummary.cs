namespace DetrPerfLab.Core;

/// <summary>A percentile, or the reason why there is none.</summary>
/// <param name="P">For example 0.9.</param>
/// <param name="Value">The estimate; null where the samples are too few.</param>
/// <param name="Interval">Its distribution-free 95 % interval; null likewise.</param>
/// <param name="Reason">Why there is none; null where there is one.</param>
public readonly record struct Percentile(double P, double? Value, Interval? Interval, string? Reason);

/// <summary>What a report says of raw samples; always recomputed from them, never stored.</summary>
/// <param name="Count">Samples, outliers among them.</param>
/// <param name="Minimum">Smallest.</param>
/// <param name="Maximum">Largest.</param>
/// <param name="Median">Middle.</param>
/// <param name="Mad">Median absolute deviation.</param>
/// <param name="MedianInterval">Bootstrap interval of the median; null below <see cref="Bootstrap.LeastSamples"/>.</param>
/// <param name="P90">90th percentile.</param>
/// <param name="P95">95th percentile.</param>
/// <param name="P99">99th percentile.</param>
/// <param name="Outliers">Samples beyond 1.5 quartile ranges from the quartiles (Tukey); they stay in all other figures.</param>
public sealed record SampleSummary(
    int Count, double Minimum, double Maximum, double Median, double Mad, Interval? MedianInterval, Percentile P90, Percentile P95, Percentile P99, int Outliers)
{
    /// <summary>Summarises samples; null without any.</summary>
    /// <param name="samples">Finite, in any order and unit.</param>
    /// <param name="options">Of the bootstrap.</param>
    public static SampleSummary? Of(IReadOnlyList<double> samples, BootstrapOptions? options = null)
    {
        if (samples.Count == 0) { return null; }
        double[] sorted = [.. samples.Order()];
        var (low, high) = (Quantile.OfSorted(sorted, 0.25), Quantile.OfSorted(sorted, 0.75));
        var fence = 1.5 * (high - low);
        return new(
            sorted.Length, sorted[0], sorted[^1], Quantile.OfSorted(sorted, 0.5), Quantile.Mad(sorted), Bootstrap.Median(sorted, options),
            Estimate(sorted, 0.90), Estimate(sorted, 0.95), Estimate(sorted, 0.99), sorted.Count(s => s < low - fence || s > high + fence));
    }

    /// <summary>A percentile with its interval, or the reason for none.</summary>
    /// <param name="sorted">Rising.</param>
    /// <param name="p">In (0, 1).</param>
    public static Percentile Estimate(ReadOnlySpan<double> sorted, double p)
    {
        var needed = OrderStatistics.NeededSamples(p);
        if (sorted.Length < needed)
        {
            return new(p, null, null, FormattableString.Invariant($"p{p * 100:0.##} needs {needed} samples, there are {sorted.Length}"));
        }

        var value = Quantile.OfSorted(sorted, p);
        Interval? interval = OrderStatistics.Interval(sorted, p) is var (lower, upper) ? new(value, lower, upper, 0.95) : null;
        return new(p, value, interval, null);
    }
}
