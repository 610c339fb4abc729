using Perfolizer.Mathematics.Cpd;

namespace DetrPerfLab.Report;

/// <summary>A new level: from which run on, and its median time over that of the level before.</summary>
readonly record struct LevelChange(int At, Interval Ratio);

/// <summary>Where the runs of a case change to another level.</summary>
/// <remarks>
/// ED-PELT finds changes of a distribution, without asking what it looks like. Source: Haynes, Fearnhead, Eckley, "A computationally efficient nonparametric
/// approach for changepoint detection", 2017, as Perfolizer has it. It pays a penalty of 3 ln n for a change, which the medians of a handful of commits cannot
/// earn however far apart they lie: it needs the values that a run consists of. But all values of a run share that run's luck (where memory came to lie, who
/// else was on the machine), so that it sees a change at nearly every run. It proposes, and what it proposes counts only where the levels on both sides differ by more than runs do anyway.
/// </remarks>
static class ChangePoints
{
    const double LeastShare = 0.05; // of the time: smaller is not worth a look, and the gate's to judge
    const int UsualSteps = 4; // times that runs differ anyway: of normal noise, 1 border in 150 is beyond
    const int LeastSteps = 4; // fewer say nothing about what is usual
    const int Near = 2; // runs
    const int MostOfRun = 16; // values
    const int MostValues = 2048; // PELT drops no candidate where nothing changes, and its time grows with the square

    /// <summary>For readers.</summary>
    internal static string Rule { get; } = $"{Format.Percent(LeastShare)} and beyond {UsualSteps} times what neighbouring runs of its suite usually differ by";

    /// <summary>What medians of neighbouring runs usually differ by, over some cases, as a logarithm; null where there are too few to tell.</summary>
    /// <remarks>Of cases together: one has few runs. A median, so that real changes of less than half of them do not count as noise.</remarks>
    internal static double? UsualStep(IEnumerable<IReadOnlyList<double[]>> cases)
    {
        double[] steps = [.. cases.SelectMany(runs => runs.Zip(runs.Skip(1), (one, next) => Math.Abs(Math.Log(Quantile.Median(next) / Quantile.Median(one)))))];
        return steps.Length < LeastSteps ? null : Quantile.Median(steps);
    }

    /// <summary>Beyond what a change counts, as a logarithm.</summary>
    internal static double LimitOf(double? usualStep) => Math.Max(Math.Log(1 + LeastShare), UsualSteps * (usualStep ?? 0));

    /// <summary>The changes, in order.</summary>
    /// <param name="runs">For each run, oldest first, its values: at least <see cref="Bootstrap.LeastSamples"/> times above 0.</param>
    internal static IReadOnlyList<LevelChange> Find(IReadOnlyList<double[]> runs, double limit)
    {
        if (runs.Count < 2) { return []; }
        double[] medians = [.. runs.Select(r => Math.Log(Quantile.Median(r)))];
        var borders = Proposed(runs);
        while (borders.Count > 0)
        {
            for (var i = 0; i < borders.Count; i++) { borders[i] = Best(medians, Before(i), borders[i], After(i)); }
            LevelChange[] changes = [.. borders.Select((at, i) => new LevelChange(at, Ratio(runs, Before(i), at, After(i))))];
            var weakest = changes.MinBy(c => Beyond(c.Ratio));
            if (Beyond(weakest.Ratio) > limit) { return changes; }
            borders.Remove(weakest.At); // both its levels are one, with which the others are compared anew
        }

        return [];

        int Before(int i) => i == 0 ? 0 : borders[i - 1];
        int After(int i) => i == borders.Count - 1 ? runs.Count : borders[i + 1];
    }

    // Each run gives as many values, medians of equal parts of it in the order measured: no run outvotes another, and the least distance of two changes is one run.
    // With many commits a run's share becomes its median alone, which is enough then.
    static List<int> Proposed(IReadOnlyList<double[]> runs)
    {
        var share = Math.Max(1, Math.Min(Math.Min(MostOfRun, MostValues / runs.Count), runs.Min(r => r.Length)));
        double[] values = [.. runs.SelectMany(run => Enumerable.Range(0, share).Select(i => Quantile.Median(run.AsSpan((i * run.Length / share)..((i + 1) * run.Length / share)))))];
        // It gives the last value before each change. One within a run is laid to the nearest border.
        return [.. EdPeltChangePointDetector.Instance.GetChangePointIndexes(values, minDistance: share)
            .Select(last => (int)Math.Round((last + 1) / (double)share)).Where(at => at > 0 && at < runs.Count).Distinct().Order()];
    }

    // Where the tails of two runs lie alike, a proposal may be a run or two off: of the borders near it that with which the medians lie nearest to those of their levels.
    static int Best(double[] medians, int from, int at, int to) =>
        Enumerable.Range(at - Near, (2 * Near) + 1).Where(b => b > from && b < to).MinBy(b => Spread(medians.AsSpan(from..b)) + Spread(medians.AsSpan(b..to)));

    static double Spread(Span<double> medians)
    {
        var (middle, sum) = (Quantile.Median(medians), 0.0);
        foreach (var median in medians) { sum += Math.Abs(median - middle); }
        return sum;
    }

    static Interval Ratio(IReadOnlyList<double[]> runs, int from, int at, int to) =>
        Bootstrap.RatioOfMedians([.. runs.Take(at..to).SelectMany(r => r)], [.. runs.Take(from..at).SelectMany(r => r)])!.Value;

    // By how much at least the levels differ, as a logarithm; below 0 where the interval holds 1.
    static double Beyond(Interval ratio) => Math.Max(Math.Log(ratio.Lower), -Math.Log(ratio.Upper));
}
