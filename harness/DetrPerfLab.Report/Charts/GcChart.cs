using ScottPlot;

namespace DetrPerfLab.Report;

/// <summary>Garbage collector settings: from the median to the slow end, and the pauses beside it.</summary>
static class GcChart
{
    internal static Drawing Create(ReportModel model)
    {
        CaseView[] cases = [.. model.Suite("Gc").Where(c => c.Summary is not null).OrderBy(c => c.Summary!.Median)];
        if (cases.Length < 2) { return Drawing.None("garbage collector modes: not measured"); }
        var title = Title(cases);
        var alt = (title is null ? "" : $"{title}. ") + $"Median to slow end by collector mode ({Conditions(cases).Replace('\n', ' ')}): " + string.Join("; ", cases.Select(c =>
            $"{c.Label} {Format.Significant(c.Summary!.Median)} to {Format.Significant(End(c.Summary).Ms)} ms ({End(c.Summary).Name})")) + "." + Disturbed.Sentence(cases);
        return new Chart("gc-modes", alt, 34 * cases.Length, canvas => Draw(canvas, cases, title, model.Caption));
    }

    // The mode that gains most, else the one that costs most; only where it lies beyond both runs of the first mode, so that no drift can explain it.
    static string? Title(CaseView[] cases)
    {
        if (cases.FirstOrDefault(c => c.FirstTime is not null) is not { IsContaminated: false, FirstTime: { IsContaminated: false } first } again) { return null; }
        (CaseView Mode, Estimate[] Gains)[] modes = [.. cases.Where(c => !c.IsContaminated && c != first && c != again)
            .Select(c => (c, (Estimate[])[.. new[] { Estimate.Ratio(first, c)!.Value, Estimate.Ratio(again, c)!.Value }.OrderBy(g => g.Value)])).OrderByDescending(m => m.Item2[0].Value)];
        var (mode, gains) = modes.FirstOrDefault(m => m.Gains.All(g => g.Verdict == Verdict.Faster)) is { Mode: not null } faster ? faster : modes.LastOrDefault(m => m.Gains.All(g => g.Verdict == Verdict.Slower));
        if (mode is null) { return null; }
        string[] times = [.. gains.Select(g => Format.Times(g.Value)).Distinct()];
        return $"{Format.Capital(mode.Label)}: {string.Join(" to ", times)} as fast as {first.Label}";
    }

    // What the order of the modes cannot tell: the pictures are small, and each mode needs a process that starts with it.
    static string Conditions(CaseView[] cases)
    {
        var size = cases.SelectMany(c => c.Run.Findings).FirstOrDefault(f => f.Topic == "size")?.Figure ?? (cases[0].Run.InputSide is { } side ? $"{side} pixels (shorter side)" : null);
        var text = (size is null ? "" : $"images of {size}; ") + "the modes ran one after another, so small differences may be drift";
        return cases.FirstOrDefault(c => c.FirstTime is not null) is { FirstTime: { } first } again
            ? $"{text}:\n{first.Label} took {Cells.Times(Estimate.Ratio(again, first)!.Value)} the time when repeated"
            : text;
    }

    static string Note(CaseView[] cases) => Conditions(cases) + (Disturbed.Note(cases) is { } words ? $"\n{words}" : "");

    // The furthest percentile that the samples allow; below all of them, the slowest sample by its own name.
    static (double Ms, string Name) End(SampleSummary summary) =>
        summary.P99.Value is { } p99 ? (p99, "p99")
        : summary.P95.Value is { } p95 ? (p95, "p95")
        : summary.P90.Value is { } p90 ? (p90, "p90")
        : (summary.Maximum, "slowest");

    static string Pauses(CaseView view) => view.Run.Gc is not { } gc ? "pauses unknown"
        : view.PauseMsPerImage is { } perImage ? $"pause {Format.Number(perImage, 2)} ms/image, gen2 {gc.Gen2}"
        : $"pauses {Format.Significant(gc.TotalPauseMs)} ms, gen2 {gc.Gen2}";

    static void Draw(ChartCanvas canvas, CaseView[] cases, string? title, string caption)
    {
        var ends = cases.Select(c => End(c.Summary!)).ToArray();
        canvas.Frame(
            title ?? "Garbage collector modes: median and slow end", caption, "from a photograph's file to detections, ms (dot: median; bar's end: as named)", "", note: Note(cases));
        var low = cases.Min(c => c.Summary!.Median);
        var high = ends.Max(e => e.Ms);
        var spread = Math.Max(high - low, high * 0.01);
        canvas.XAxis(Math.Max(0, low - (spread * 0.15)), high + (spread * 0.02));
        canvas.Categories([.. cases.Select(c => c.Label + Disturbed.Mark(c))]);
        for (var i = 0; i < cases.Length; i++)
        {
            var median = cases[i].Summary!.Median;
            var style = VariantStyle.Of(cases[i].Run.Variant);
            canvas.Bar(-i, median, ends[i].Ms, style.In(canvas.Theme).WithAlpha(0.55), thickness: 0.3);
            canvas.Point(median, -i, style.In(canvas.Theme), MarkerShape.FilledCircle);
            canvas.TextAfter($"{ends[i].Name} {Format.Significant(ends[i].Ms)}; {Pauses(cases[i])}", high + (spread * 0.02), -i, color: canvas.Theme.Faint);
            canvas.HoverRow(-i, median, ends[i].Ms, $"{cases[i].Label}: median {Format.Significant(median)} ms, {ends[i].Name} {Format.Significant(ends[i].Ms)} ms, {Pauses(cases[i])}");
        }
    }
}
