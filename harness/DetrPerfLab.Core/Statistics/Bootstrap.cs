namespace DetrPerfLab.Core;

/// <summary>Intervals of medians and of their ratios by drawing the samples anew with replacement (percentile bootstrap).</summary>
/// <remarks>
/// Source: Efron and Tibshirani, "An introduction to the bootstrap", 1993, chapter 13. A draw is kept as counts over the sorted samples, so no draw is sorted.
/// By hand: a stored seed must give the same interval on every machine and with every version of a package.
/// </remarks>
public static class Bootstrap
{
    /// <summary>Fewer samples give no interval: of 5, even smallest to largest holds the median with less than 95 %.</summary>
    public const int LeastSamples = 6;

    /// <summary>The median with its interval; null below <see cref="LeastSamples"/>.</summary>
    /// <param name="samples">In any order.</param>
    /// <param name="options">Seed, level, replicates.</param>
    public static Interval? Median(ReadOnlySpan<double> samples, BootstrapOptions? options = null)
    {
        if (samples.Length < LeastSamples) { return null; }
        options ??= new();
        var draw = new Draw(samples);
        var random = new DeterministicRandom(options.Seed);
        var replicates = new double[options.Replicates];
        foreach (ref var replicate in replicates.AsSpan())
        {
            draw.Clear();
            for (var i = 0; i < samples.Length; i++) { draw.Take(random.Next(samples.Length)); }
            replicate = draw.Median();
        }

        return Estimate(Quantile.Median(samples), replicates, options);
    }

    /// <summary>The ratio of two medians, sampled independently; null where either has fewer than <see cref="LeastSamples"/>.</summary>
    /// <param name="numerator">For a speed-up, times of the baseline.</param>
    /// <param name="denominator">For a speed-up, times of the candidate; above 0.</param>
    /// <param name="options">Seed, level, replicates.</param>
    public static Interval? RatioOfMedians(ReadOnlySpan<double> numerator, ReadOnlySpan<double> denominator, BootstrapOptions? options = null) =>
        Ratio(numerator, denominator, paired: false, options ?? new());

    /// <summary>The ratio of two medians measured in interleaved rounds: rounds are drawn, so that what slows a whole round cancels.</summary>
    /// <param name="numerator">One value a round.</param>
    /// <param name="denominator">One value a round, the same rounds; above 0.</param>
    /// <param name="options">Seed, level, replicates.</param>
    public static Interval? PairedRatioOfMedians(ReadOnlySpan<double> numerator, ReadOnlySpan<double> denominator, BootstrapOptions? options = null)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(denominator.Length, numerator.Length);
        return Ratio(numerator, denominator, paired: true, options ?? new());
    }

    static Interval? Ratio(ReadOnlySpan<double> numerator, ReadOnlySpan<double> denominator, bool paired, BootstrapOptions options)
    {
        if (numerator.Length < LeastSamples || denominator.Length < LeastSamples) { return null; }
        var (above, below) = (new Draw(numerator), new Draw(denominator));
        var random = new DeterministicRandom(options.Seed);
        var replicates = new double[options.Replicates];
        foreach (ref var replicate in replicates.AsSpan())
        {
            above.Clear();
            below.Clear();
            for (var i = 0; i < numerator.Length; i++)
            {
                var taken = random.Next(numerator.Length);
                above.Take(taken);
                if (paired) { below.Take(taken); }
            }

            for (var i = 0; !paired && i < denominator.Length; i++) { below.Take(random.Next(denominator.Length)); }
            replicate = above.Median() / below.Median();
        }

        return Estimate(Quantile.Median(numerator) / Quantile.Median(denominator), replicates, options);
    }

    static Interval Estimate(double value, double[] replicates, BootstrapOptions options)
    {
        Array.Sort(replicates);
        var tail = (1 - options.Level) / 2;
        return new(value, Quantile.OfSorted(replicates, tail), Quantile.OfSorted(replicates, 1 - tail), options.Level);
    }

    /// <summary>How often each sample was drawn.</summary>
    sealed class Draw
    {
        readonly double[] _sorted;
        readonly int[] _placeOf;
        readonly int[] _counts;

        internal Draw(ReadOnlySpan<double> samples)
        {
            _sorted = samples.ToArray();
            var order = Enumerable.Range(0, samples.Length).ToArray();
            Array.Sort(_sorted, order);
            (_placeOf, _counts) = (new int[order.Length], new int[order.Length]);
            for (var place = 0; place < order.Length; place++) { _placeOf[order[place]] = place; }
        }

        internal void Clear() => Array.Clear(_counts);

        internal void Take(int sample) => _counts[_placeOf[sample]]++;

        internal double Median()
        {
            var n = _counts.Length;
            var (below, place) = (0, -1);
            while (below < (n + 1) / 2) { below += _counts[++place]; }
            if (n % 2 == 1 || below > n / 2) { return _sorted[place]; }
            var next = place + 1;
            while (_counts[next] == 0) { next++; }
            return (_sorted[place] + _sorted[next]) / 2;
        }
    }
}
