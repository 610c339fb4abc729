using DetrPerfLab.Core;
using ScottPlot;

namespace DetrPerfLab.Report;

/// <summary>Garbage collector settings: from the median to the slow end, and the pauses beside it.</summary>
static class GcChart
{
    internal static Drawing Create(ReportModel model)
    {
        CaseView[] cases = [.. model.Suite("Gc").Where(c => c.Summary is not null).OrderBy(c => c.Summary!.Median)];
        if (cases.Length < 2) { return Drawing.None("the garbage collector's modes were not measured"); }
        var alt = "Median to slow end by collector mode: " + string.Join("; ", cases.Select(c =>
            $"{c.Label} {Format.Significant(c.Summary!.Median)} to {Format.Significant(End(c.Summary).Ms)} ms ({End(c.Summary).Name})")) + ".";
        return new Chart("gc-modes", alt, 124 + (34 * cases.Length), canvas => Draw(canvas, cases, model.Caption));
    }

    // The furthest percentile that the samples allow; below all of them, the slowest sample by its own name.
    static (double Ms, string Name) End(SampleSummary summary) =>
        summary.P99.Value is { } p99 ? (p99, "p99")
        : summary.P95.Value is { } p95 ? (p95, "p95")
        : summary.P90.Value is { } p90 ? (p90, "p90")
        : (summary.Maximum, "slowest");

    static void Draw(ChartCanvas canvas, CaseView[] cases, string caption)
    {
        var ends = cases.Select(c => End(c.Summary!)).ToArray();
        canvas.Frame(
            "Garbage collector modes: median and slow end", caption, "latency of one operation, ms (dot: median; bar's end: as named)", "",
            left: ChartLayout.LabelWidth(cases.Select(c => c.Label)), right: 230);
        var low = cases.Min(c => c.Summary!.Median);
        var high = ends.Max(e => e.Ms);
        var ticks = Ticks.Linear(Math.Max(0, low - ((high - low) * 0.15)), high);
        canvas.XAxis(ticks);
        canvas.Categories([.. cases.Select(c => c.Label)]);
        for (var i = 0; i < cases.Length; i++)
        {
            var median = cases[i].Summary!.Median;
            var style = VariantStyle.Of(cases[i].Run.Variant);
            canvas.Bar(-i, median, ends[i].Ms, style.In(canvas.Theme).WithAlpha(0.55), thickness: 0.3);
            canvas.Point(median, -i, style.In(canvas.Theme), MarkerShape.FilledCircle);
            var pauses = cases[i].Run.Gc is { } gc ? $"pauses {Format.Significant(gc.TotalPauseMs)} ms, gen2 {gc.Gen2}" : "pauses unknown";
            canvas.Text($"{ends[i].Name}; {pauses}", ticks.High, -i, Alignment.MiddleLeft, offsetX: 10, color: canvas.Theme.Faint);
            canvas.HoverRow(-i, median, ends[i].Ms, $"{cases[i].Label}: median {Format.Significant(median)} ms, {ends[i].Name} {Format.Significant(ends[i].Ms)} ms, {pauses}");
        }
    }
}
