namespace DetrPerfLab.Core;

/// <summary>What sorted samples tell about a quantile without assuming any distribution.</summary>
/// <remarks>Of n independent samples, the number at or below the true p-quantile is binomial (n, p). Source: Conover, "Practical nonparametric statistics", 1999, chapter 3.2.</remarks>
static class OrderStatistics
{
    /// <summary>The confidence that the sample-size rule asks for.</summary>
    public const double SampleSizeConfidence = 0.99;

    /// <summary>Samples needed before a quantile is reported: 64 for p90, 662 for p99.</summary>
    /// <remarks>
    /// The rule: with 99 % confidence at least two samples lie beyond the quantile, so that neither the estimate nor its bound rests on the single
    /// most extreme one. It fails with probability p^n + n p^(n-1) (1-p), all samples or all but one on the near side.
    /// </remarks>
    /// <param name="p">In (0, 1); a low quantile is counted from below.</param>
    public static int NeededSamples(double p)
    {
        RequireQuantile(p);
        var near = Math.Max(p, 1 - p);
        var n = 2;
        while (Math.Pow(near, n) + (n * Math.Pow(near, n - 1) * (1 - near)) > 1 - SampleSizeConfidence) { n++; }
        return n;
    }

    /// <summary>The interval between two order statistics that holds the true quantile; null where the samples are too few for the level.</summary>
    /// <param name="sorted">Rising.</param>
    /// <param name="p">In (0, 1).</param>
    /// <param name="level">In (0, 1); each side misses with at most half of the rest.</param>
    public static (double Lower, double Upper)? Interval(ReadOnlySpan<double> sorted, double p, double level = 0.95)
    {
        RequireQuantile(p);
        var n = sorted.Length;
        var tail = (1 - level) / 2;
        // below = P(B <= k), B the number of samples at or below the quantile.
        int? lower = null, upper = null;
        var (logOdds, logMass, below) = (Math.Log(p / (1 - p)), n * Math.Log(1 - p), 0.0);
        for (var k = 0; k < n && upper is null; k++)
        {
            below += Math.Exp(logMass);
            if (below <= tail) { lower = k; } // the (k+1)-th smallest lies above the quantile with at most this probability
            if (1 - below <= tail) { upper = k; }
            logMass += Math.Log((n - k) / (double)(k + 1)) + logOdds;
        }

        return lower is { } l && upper is { } u ? (sorted[l], sorted[u]) : null;
    }

    static void RequireQuantile(double p)
    {
        if (p is not (> 0 and < 1)) { throw new ArgumentOutOfRangeException(nameof(p), p, "needed above 0 and below 1"); }
    }
}
