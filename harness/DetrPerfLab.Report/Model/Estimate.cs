using DetrPerfLab.Core;

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

    /// <summary>Median of the one over the median of the other.</summary>
    internal static Estimate? Ratio(CaseView numerator, CaseView denominator) =>
        numerator.Summary is { } above && denominator.Summary is { } below
            ? new(above.Median / below.Median, Bootstrap.RatioOfMedians([.. numerator.Run.SamplesMs], [.. denominator.Run.SamplesMs]))
            : null;
}
