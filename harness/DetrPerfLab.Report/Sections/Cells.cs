namespace DetrPerfLab.Report;

/// <summary>Cells that several tables share, each with the reason where it is empty.</summary>
static class Cells
{
    // An interval is not torn apart at the end of a line.
    const char Gap = '\u00A0';

    internal static Cell Latency(CaseView view) => view.Summary is not { } summary
        ? Cell.Blank
        : new Cell(Format.Significant(summary.Median), summary.Median, Spread(summary)) { Second = Range(summary.MedianInterval), Note = summary.MedianInterval is null ? NoInterval(summary) : null };

    /// <summary>Median and interval, for example <c>412 [408, 417]</c>.</summary>
    internal static string Milliseconds(Estimate median) =>
        Format.Significant(median.Value) + (Range(median.Interval) is { } range ? $" {range}" : "");

    internal static string Spread(SampleSummary summary) =>
        $"{Format.Count(summary.Count, "sample")}, MAD {Format.Significant(summary.Mad)} ms, {Format.Count(summary.Outliers, "outlier")}";

    /// <summary>Factor and interval, for example <c>2.41× [2.31, 2.55]</c>.</summary>
    internal static string Times(Estimate ratio) => Format.Times(ratio.Value) + (TimesRange(ratio) is { } range ? $" {range}" : "");

    internal static Cell Factor(Estimate ratio) => new(Format.Times(ratio.Value), ratio.Value) { Second = TimesRange(ratio) };

    /// <param name="view">The row.</param>
    /// <param name="lack">Why there may be nothing that it is compared with; as for variants where null.</param>
    internal static Cell SpeedUp(CaseView view, string? lack = null) => view.SpeedUp is { } ratio ? Factor(ratio) with { Note = OnContaminated(view) }
        : view.Gap is null ? Cell.Empty(lack ?? $"{VariantName.Baseline} was not measured in the same run")
        : Cell.Blank;

    // A contaminated row says so itself, as its verdict.
    static string? OnContaminated(CaseView view) =>
        view is { IsContaminated: false, Baseline: { IsContaminated: true } baseline } ? $"compared with a contaminated run, which decides nothing: {Reasons(baseline)}" : null;

    internal static Cell Percentile(CaseView view, Func<SampleSummary, Percentile> of) => view.Summary is not { } summary
        ? Cell.Blank
        : of(summary) is { Value: { } value } ? new(Format.Significant(value), value) : Cell.Empty(of(summary).Reason!);

    internal static Cell ImagesPerSecond(CaseView view) => view.ImagesPerSecond is { } rate ? new(Format.Significant(rate), rate) : Cell.Blank;

    internal static Cell Allocation(CaseView view) => view.Run.Memory?.AllocatedBytesPerOperation is { } bytes
        ? new(Format.Bytes(bytes), bytes)
        : Missing(view, "allocations were not measured");

    internal static Cell PeakMemory(CaseView view) => view.Run.Memory?.PeakRssBytes is { } bytes
        ? new(Format.Mebibytes(bytes), bytes)
        : Missing(view, "peak memory was not measured, or this system cannot tell it");

    internal static Cell ModelSize(CaseView view) => view.Run.Artefact is { } artefact
        ? new(Format.Mebibytes(artefact.Bytes), artefact.Bytes, $"{artefact.Name}, sha256 {artefact.Sha256}")
        : Missing(view, "no artefact was stored");

    internal static Cell Ap(CaseView view) => view.Run.CocoAp is { } ap
        ? new(Format.Number(100 * ap, 1), ap) { Second = view.Run.CocoApDifference is { } d ? ApDifference(d.Scale(100)) : null }
        : Missing(view, "AP was not measured for this artefact");

    internal static Cell ApDifferenceCell(CaseView view) => view.Run.CocoApDifference is { } difference
        ? new(Format.Signed(100 * difference.Value, 1), difference.Value) { Second = ApRange(difference.Scale(100)) }
        : view.Run.Variant == VariantName.Baseline ? new("reference") : Missing(view, "AP was not measured for this artefact");

    /// <summary>For example <c>−0.2 [−0.9, +0.4]</c>, in points.</summary>
    internal static string ApDifference(Interval points) => $"{Format.Signed(points.Value, 1)} {ApRange(points)}";

    internal static Cell Difference(CaseView view) => view.Run.Agreement is { } agreement
        ? new(Format.Scientific(agreement.LogitsMaxAbs), agreement.LogitsMaxAbs, $"against {agreement.Reference}") { Second = $"boxes {Format.Scientific(agreement.BoxesMaxAbs)}" }
        : Missing(view, "outputs were not compared");

    internal static Cell Verdict(CaseView view)
    {
        if (view.Gap is { } gap) { return new("not measured") { Note = gap }; }
        if (view.IsContaminated) { return new(Inline.Bold("contaminated")) { Note = Reasons(view) }; }
        var text = view.Baseline == view ? "baseline" : view.SpeedUp is not { } speedUp ? "" : OnContaminated(view) is not null ? "undecided" : Word(speedUp);
        return view.Run.Contamination is { Verdict: ContaminationVerdict.Noisy }
            ? new(text.Length > 0 ? $"{text}, noisy" : "noisy") { Note = Reasons(view) }
            : new(text);
    }

    /// <summary>What a speed-up says by its whole interval.</summary>
    internal static string Word(Estimate speedUp) => Verdicts.OfSpeedUp(speedUp.Interval) switch
    {
        Core.Verdict.Faster => "faster",
        Core.Verdict.Slower => "slower",
        _ => "undecided",
    };

    static string Reasons(CaseView view) => string.Join("; ", view.Run.Contamination!.Reasons);

    // In a row that is a gap, one reason is enough.
    static Cell Missing(CaseView view, string reason) => view.Gap is null ? Cell.Empty(reason) : Cell.Blank;

    static string NoInterval(SampleSummary summary) => $"{Format.Count(summary.Count, "sample")}: an interval needs {Bootstrap.LeastSamples}";

    /// <summary>For example <c>[408, 417]</c>; null without an interval.</summary>
    internal static string? Range(Interval? interval) => interval is { } i ? $"[{Format.Significant(i.Lower)},{Gap}{Format.Significant(i.Upper)}]" : null;

    static string? TimesRange(Estimate ratio) => ratio is { HasWidth: true, Interval: { } i }
        ? $"[{Format.Number(i.Lower, ratio.Value < 10 ? 2 : 1)},{Gap}{Format.Number(i.Upper, ratio.Value < 10 ? 2 : 1)}]"
        : null;

    static string ApRange(Interval points) => $"[{Format.Signed(points.Lower, 1)},{Gap}{Format.Signed(points.Upper, 1)}]";
}
