namespace DetrPerfLab.Report;

/// <summary>Cells that several tables share, each with the reason where it is empty, and the same figures as text.</summary>
static class Cells
{
    const string Contaminated = "something else used the machine meanwhile: shown, but it decides nothing";

    // An interval is not torn apart at the end of a line.
    const char Gap = '\u00A0';

    /// <summary>An empty cell with its reason; in a row that is a gap, the gap's one reason is enough.</summary>
    internal static Cell Missing(CaseView view, string reason) => view.Gap is null ? Cell.Empty(reason) : Cell.Blank;

    internal static Cell Latency(CaseView view) => view.Summary is not { } summary ? Cell.Blank : new Cell(Format.Significant(summary.Median), summary.Median)
    {
        Second = Range(summary.MedianInterval),
        Note = summary.MedianInterval is null ? $"{Format.Count(summary.Count, "sample")}: an interval needs {Bootstrap.LeastSamples}" : null,
    };

    /// <summary>Median and interval, for example <c>412 [408, 417]</c>.</summary>
    internal static string Milliseconds(Estimate median) => Format.Significant(median.Value) + (Range(median.Interval) is { } range ? $" {range}" : "");

    /// <summary>Factor and interval, for example <c>2.41× [2.31, 2.55]</c>.</summary>
    internal static string Times(Estimate ratio) => Format.Times(ratio.Value) + (TimesRange(ratio) is { } range ? $" {range}" : "");

    internal static Cell Factor(Estimate ratio) => new(Format.Times(ratio.Value), ratio.Value) { Second = TimesRange(ratio) };

    /// <summary>Speed-up over the baseline; the step from one run to another is never taken.</summary>
    internal static Cell SpeedUp(CaseView view, string lack = "no baseline was measured in the same run") =>
        view.SpeedUp is { } ratio ? Factor(ratio) : Missing(view, view.NoBaseline ?? lack);

    /// <summary>For example <c>−0.2 [−0.9, +0.4]</c>, in points.</summary>
    internal static string ApDifference(Interval points) => $"{Format.Signed(points.Value, 1)} {ApRange(points)}";

    internal static string ApRange(Interval points) => $"[{Format.Signed(points.Lower, 1)},{Gap}{Format.Signed(points.Upper, 1)}]";

    /// <summary>What disturbed a run is told on hovering: one mark and one sentence serve all rows.</summary>
    internal static Cell Verdict(CaseView view)
    {
        if (view.Gap is { } gap) { return new("not measured") { Note = gap }; }
        if (view.IsContaminated) { return new(Inline.Bold("contaminated"), hint: Reasons(view)) { Note = Contaminated }; }
        var text = view.Baseline == view ? "baseline" : view.SpeedUp is { } speedUp ? Word(speedUp) : "";
        return view.Run.Contamination is { Verdict: ContaminationVerdict.Noisy }
            ? new(text.Length > 0 ? $"{text}, noisy" : "noisy", hint: Reasons(view))
            : new(text);
    }

    internal static string Word(Estimate speedUp) => speedUp.Verdict.ToString().ToLowerInvariant();

    static string Reasons(CaseView view) => string.Join("; ", view.Run.Contamination!.Reasons);

    /// <summary>For example <c>[408, 417]</c>; null without an interval.</summary>
    internal static string? Range(Interval? interval) => interval is { } i ? $"[{Format.Significant(i.Lower)},{Gap}{Format.Significant(i.Upper)}]" : null;

    static string? TimesRange(Estimate ratio) => ratio is { HasWidth: true, Interval: { } i }
        ? $"[{Format.Number(i.Lower, ratio.Value < 10 ? 2 : 1)},{Gap}{Format.Number(i.Upper, ratio.Value < 10 ? 2 : 1)}]"
        : null;
}
