using DetrPerfLab.Core;

namespace DetrPerfLab.Report;

/// <summary>The table in the form that deployment reports use: one row a variant, what it costs and what it gains.</summary>
static class EffectTable
{
    static readonly Column[] s_columns =
    [
        new("variant"),
        new("latency, ms [95 % CI]", Numeric: true, Help: "median of one operation"),
        new("p90, ms", Numeric: true, Help: "given from 64 samples on"),
        new("images/s", Numeric: true),
        new("speed-up [95 % CI]", Numeric: true, Help: $"over {ReportModel.Baseline} of the same run"),
        new("managed", Numeric: true, Help: "managed bytes allocated by one operation"),
        new("peak, MiB", Numeric: true, Help: "largest resident set while the operations ran"),
        new("model, MiB", Numeric: true),
        new("max diff, logits / boxes", Numeric: true, Help: "largest absolute difference to the reference"),
        new("verdict"),
    ];

    internal static Table Create(ReportModel model) => new(
        "What each variant costs and gains", s_columns, [.. model.Effects.Select(Row)]);

    static IReadOnlyList<Cell> Row(CaseView view) =>
    [
        new(Inline.Code(view.Run.Variant)),
        Cells.Latency(view),
        Cells.Percentile(view, s => s.P90),
        Cells.ImagesPerSecond(view),
        Cells.SpeedUp(view),
        Cells.Allocation(view),
        Cells.PeakMemory(view),
        Cells.ModelSize(view),
        Cells.Difference(view),
        Verdict(view),
    ];

    static Cell Verdict(CaseView view)
    {
        if (view.Gap is { } gap) { return new($"not measured: {gap}"); }
        if (view.Run.Variant == ReportModel.Baseline) { return new("baseline"); }
        return new(view.SpeedUp is not { } speedUp ? "no baseline in this run" : Verdicts.OfSpeedUp(speedUp.Interval) switch
        {
            Core.Verdict.Faster => "faster",
            Core.Verdict.Slower => "slower",
            _ => "undecided",
        });
    }
}
