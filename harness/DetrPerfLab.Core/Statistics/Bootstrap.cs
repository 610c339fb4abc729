namespace DetrPerfLab.Core;

/// <summary>Intervals of medians and of their ratios by drawing the samples anew with replacement (percentile bootstrap).</summary>
/// <remarks>Source: Efron and Tibshirani, "An introduction to the bootstrap", 1993, chapter 13. A draw is kept as counts over the sorted samples, so no draw is
/// sorted. By hand: a stored seed must give the same interval on every machine and with every version of a package.</remarks>
public static class Bootstrap
{
    public const int LeastSamples = 6; // fewer samples give no interval: of 5, even smallest to largest holds the median with less than 95 %
    public const int Replicates = 1000; // draws of an interval: with as many, its ends move by a few percent of its width from seed to seed
    const double Level = 0.95;

    /// <summary>The median with its interval; null below <see cref="LeastSamples"/>.</summary>
    public static Interval? Median(ReadOnlySpan<double> samples, ulong seed = 1)
    {
        if (samples.Length < LeastSamples) { return null; }
        var (draw, random, replicates) = (new Draw(samples), new DeterministicRandom(seed), new double[Replicates]);
        foreach (ref var replicate in replicates.AsSpan()) { replicate = draw.Median(random); }
        return IntervalOf(Quantile.Median(samples), replicates);
    }

    /// <summary>The ratio of two medians of times above 0, for a speed-up those of the baseline over those of the candidate; null where either has fewer than <see cref="LeastSamples"/>.</summary>
    /// <param name="paired">Whether both were measured in interleaved rounds: then rounds are drawn, so that what slows a whole round cancels.</param>
    public static Interval? RatioOfMedians(ReadOnlySpan<double> numerator, ReadOnlySpan<double> denominator, bool paired = false)
    {
        if (paired) { ArgumentOutOfRangeException.ThrowIfNotEqual(denominator.Length, numerator.Length); }
        if (numerator.Length < LeastSamples || denominator.Length < LeastSamples) { return null; }
        var (above, below, replicates) = (new Draw(numerator), new Draw(denominator), new double[Replicates]);
        var random = new DeterministicRandom(seed: 1);
        var other = paired ? new DeterministicRandom(seed: 1) : random; // the same numbers draw the same rounds
        foreach (ref var replicate in replicates.AsSpan()) { replicate = above.Median(random) / below.Median(other); }
        return IntervalOf(Quantile.Median(numerator) / Quantile.Median(denominator), replicates);
    }

    /// <summary>The 95 % interval of an estimate by its values in the draws, which are sorted in place.</summary>
    public static Interval IntervalOf(double value, double[] replicates)
    {
        Array.Sort(replicates);
        const double Tail = (1 - Level) / 2;
        return new(value, Quantile.OfSorted(replicates, Tail), Quantile.OfSorted(replicates, 1 - Tail), Level);
    }

    // How often each sample was drawn.
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

        internal double Median(DeterministicRandom random)
        {
            Array.Clear(_counts);
            for (var i = 0; i < _counts.Length; i++) { _counts[_placeOf[random.Next(_counts.Length)]]++; }
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
