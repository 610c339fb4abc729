namespace DetrPerfLab.Report;

/// <summary>Peak memory against latency when a batch is worked off in chunks, or a large photograph in tiles.</summary>
static class ChunkingChart
{
    const double MostShare = 0.9; // resident sets of the same work differ by some per cent from process to process

    internal static Drawing Create(ReportModel model)
    {
        // A batch and a large photograph are two questions: a line each, and times of their own.
        var lines = Line.Of(model.Suite("Chunk").Where(c => c.Summary is not null && c.Run.Memory?.PeakRssBytes is > 0),
            c => c.Parameter("scene") is { } scene ? $"{c.Run.Variant}, {scene}" : c.Run.Variant, c => c.Number("chunk") ?? double.MaxValue);
        if (lines.Length == 0) { return Drawing.None("chunking: the suite was not measured, or its peak memory was not"); }
        var title = Title(lines);
        var alt = (title is null ? "" : $"{title}. ") + "Peak memory against latency: " + string.Join("; ", lines.SelectMany(l => l.Cases.Select(c =>
            $"{l.Name} {Label(c)}: {Format.Mebibytes(c.Run.Memory!.PeakRssBytes!.Value)} MiB, {Format.Significant(c.Summary!.Median)} ms"))) + "." + Disturbed.Sentence(lines.SelectMany(l => l.Cases));
        return new Chart("chunking", alt, 440, canvas => Draw(canvas, lines, title, model.Caption));
    }

    // The chunk that saves most memory, and what it costs in time where that is decided.
    static string? Title(Line[] lines)
    {
        var best = lines.SelectMany(l => l.Cases).Where(c => !c.IsContaminated && c.Baseline is { IsContaminated: false, Run.Memory.PeakRssBytes: > 0 }).MinBy(Share);
        if (best is null || Share(best) > MostShare) { return null; }
        var time = best.SpeedUp is not { } speedUp ? "" : speedUp.Verdict switch
        {
            Verdict.Faster => $", {Format.Times(speedUp.Value)} as fast",
            Verdict.Slower => $", {Format.Times(1 / speedUp.Value)} the time",
            _ => "",
        };
        return Format.Capital($"{best.Parameter("scene")} in chunks of {best.Parameter("chunk") ?? Label(best)}: {Format.Percent(Share(best))} of the peak memory{time}".TrimStart());
    }

    static double Share(CaseView view) => PeakMiB(view) / PeakMiB(view.Baseline!);

    static double PeakMiB(CaseView view) => view.Run.Memory!.PeakRssBytes!.Value / (1024.0 * 1024);

    static string Label(CaseView view) => view.TextWithout("scene") is { Length: > 0 } text ? text : view.Run.Variant;

    static void Draw(ChartCanvas canvas, Line[] lines, string? title, string caption)
    {
        var all = lines.SelectMany(l => l.Cases).ToArray();
        canvas.Frame(title ?? "Chunking: peak memory against latency", caption, "peak resident memory, MiB (beside each point: the chunk)", "latency of all chunks together, ms (median)", note: Disturbed.Note(all));
        canvas.XAxis(0, all.Max(PeakMiB) * 1.15);
        canvas.YAxis(0, all.Max(c => c.Median!.Value.Upper) * 1.08);
        var labels = new LabelPlacer(canvas, aboveFirst: true);
        foreach (var view in all)
        {
            var (px, interval) = (PeakMiB(view), view.Median!.Value);
            labels.Keep(px, view.Summary!.Median);
            labels.Keep((px, interval.Lower), (px, interval.Upper));
        }

        foreach (var (index, line) in lines.Index())
        {
            canvas.Curve([.. line.Cases.Select(PeakMiB)], [.. line.Cases.Select(c => c.Summary!.Median)], line.Style.In(canvas.Theme), line.Name, line.Style.MarkerAt(index), 1.5f);
            foreach (var view in line.Cases)
            {
                var (px, py) = (PeakMiB(view), view.Summary!.Median);
                if (view.Median is { HasWidth: true } median) { canvas.WhiskerY(px, median.Lower, median.Upper); }
                labels.Add((view.Parameter("chunk") ?? Label(view)) + Disturbed.Mark(view), px, py);
                canvas.Hover(px, py, $"{line.Name}, {Label(view)}: {Format.Number(px, 0)} MiB, {Cells.Milliseconds(view.Median!.Value)} ms");
            }
        }

        canvas.Legend();
        labels.Place();
    }
}
