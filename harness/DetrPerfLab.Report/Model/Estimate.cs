namespace DetrPerfLab.Report;

/// <summary>A figure and its interval, where the samples allow one.</summary>
readonly record struct Estimate(double Value, Interval? Interval)
{
    internal double Lower => Interval?.Lower ?? Value;
    internal double Upper => Interval?.Upper ?? Value;
    internal bool HasWidth => Upper > Lower;

    /// <summary>Median time per image of the one over that of the other; by rounds where both took turns in one run, so that what slowed a whole round cancels.</summary>
    internal static Estimate? Ratio(CaseView numerator, CaseView denominator)
    {
        if (numerator.Summary is not { } above || denominator.Summary is not { } below) { return null; }
        return new Estimate(
            above.Median / below.Median,
            Bootstrap.RatioOfMedians([.. numerator.Run.RoundsMs], [.. denominator.Run.RoundsMs], paired: TookTurns(numerator.Run, denominator.Run))).Scale(Images(denominator) / Images(numerator));
    }

    /// <summary>How many times as fast it is as what it is counted from; null where that is a contaminated run, or has no samples.</summary>
    internal static Estimate? SpeedUp(CaseView from, CaseView to) => from.IsContaminated ? null : Ratio(from, to);

    /// <summary>What it says as a speed-up: decided only where the whole interval lies on one side of 1.</summary>
    internal Verdict Verdict => this switch
    {
        { Interval.Lower: > 1 } => Verdict.Faster,
        { Interval.Upper: < 1 } => Verdict.Slower,
        _ => Verdict.Undecided,
    };

    internal Estimate Scale(double factor) => new(Value * factor, Interval?.Scale(factor));

    // A file of results comes from anywhere: an operation on no image is none.
    static double Images(CaseView view) => Math.Max(1, view.Run.ImagesPerOperation);

    static bool TookTurns(RunResult one, RunResult other) =>
        one.Interleaving is { } a && other.Interleaving is { } b && a.Run == b.Run && one.RoundsMs.Count == other.RoundsMs.Count;
}

/// <summary>Undecided where an interval holds 1, or there is none.</summary>
enum Verdict
{
    Undecided,
    Faster,
    Slower,
}
