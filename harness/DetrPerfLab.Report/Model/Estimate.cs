namespace DetrPerfLab.Report;

/// <summary>A figure and its interval, where the samples allow one.</summary>
/// <param name="Value">The estimate.</param>
/// <param name="Interval">95 %; null where the samples are too few.</param>
readonly record struct Estimate(double Value, Interval? Interval)
{
    internal double Lower => Interval?.Lower ?? Value;

    internal double Upper => Interval?.Upper ?? Value;

    /// <summary>Whether there is an interval with some width.</summary>
    internal bool HasWidth => Upper > Lower;

    /// <summary>Median time per image of the one over that of the other; by rounds where both took turns in one run, so that what slowed a whole round cancels.</summary>
    internal static Estimate? Ratio(CaseView numerator, CaseView denominator)
    {
        if (numerator.Summary is not { } above || denominator.Summary is not { } below) { return null; }
        double[] times = [.. numerator.Run.SamplesMs];
        double[] others = [.. denominator.Run.SamplesMs];
        var perImage = Images(denominator) / Images(numerator);
        return new Estimate(above.Median / below.Median, TookTurns(numerator.Run, denominator.Run)
            ? Bootstrap.PairedRatioOfMedians(times, others)
            : Bootstrap.RatioOfMedians(times, others)).Scale(perImage);
    }

    /// <summary>The same in another unit.</summary>
    internal Estimate Scale(double factor) => new(Value * factor, Interval?.Scale(factor));

    // A file of results comes from anywhere: an operation on no image is none.
    static double Images(CaseView view) => Math.Max(1, view.Run.ImagesPerOperation);

    static bool TookTurns(RunResult one, RunResult other) =>
        one.Interleaving is { } a && other.Interleaving is { } b && a.Run == b.Run && one.SamplesMs.Count == other.SamplesMs.Count;
}
