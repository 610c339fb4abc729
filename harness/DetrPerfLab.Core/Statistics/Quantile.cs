namespace DetrPerfLab.Core;

/// <summary>Medians, percentiles and spread of samples.</summary>
/// <remarks>By hand, not by Perfolizer: Core references no package, and stored summaries need this definition.</remarks>
public static class Quantile
{
    /// <summary>The quantile p, in [0, 1], of one or more rising values by linear interpolation between the order statistics at (n - 1) p.</summary>
    /// <remarks>Definition 7 of Hyndman and Fan, "Sample quantiles in statistical packages", 1996; NumPy's and R's default.</remarks>
    public static double OfSorted(ReadOnlySpan<double> sorted, double p)
    {
        if (sorted.IsEmpty) { throw new ArgumentException("no values", nameof(sorted)); }
        if (p is not (>= 0 and <= 1)) { throw new ArgumentOutOfRangeException(nameof(p), p, "needed 0 to 1"); }
        var at = (sorted.Length - 1) * p;
        var below = (int)at;
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((at - below) * (sorted[above] - sorted[below]));
    }

    public static double Median(ReadOnlySpan<double> values)
    {
        var sorted = values.ToArray();
        Array.Sort(sorted);
        return OfSorted(sorted, 0.5);
    }

    /// <summary>Median absolute deviation from the median, not scaled: half of the values lie nearer.</summary>
    internal static double Mad(ReadOnlySpan<double> values)
    {
        var median = Median(values);
        var distances = values.ToArray();
        foreach (ref var distance in distances.AsSpan()) { distance = Math.Abs(distance - median); }
        return Median(distances);
    }
}
