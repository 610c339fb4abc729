namespace DetrPerfLab.Report;

/// <summary>Peak memory against latency when a batch is worked off in chunks, or a large photograph in tiles.</summary>
static class ChunkingChart
{
    const double Mebi = 1024 * 1024;

    internal static Drawing Create(ReportModel model)
    {
        (string Line, CaseView[] Cases)[] lines = [.. model.Suite("Chunk").Where(c => c.Summary is not null && c.Run.Memory?.PeakRssBytes is > 0)
            // A batch and a large photograph are two questions: a line each, and times of their own.
            .GroupBy(c => (c.Run.Variant, Scene: c.Parameter("scene") ?? ""))
            .Select(g => (g.Key.Scene.Length > 0 ? $"{g.Key.Variant}, {g.Key.Scene}" : g.Key.Variant, g.OrderBy(c => c.Number("chunk") ?? double.MaxValue).ToArray()))
            .Where(l => l.Item2.Length >= 2)
            .OrderBy(l => l.Item1, StringComparer.Ordinal)];
        if (lines.Length == 0) { return Drawing.None("the chunking suite was not measured, or no peak memory with it"); }
        var alt = "Peak memory against latency: " + string.Join("; ", lines.SelectMany(l => l.Cases.Select(c =>
            $"{l.Line} {Label(c)}: {Format.Mebibytes(c.Run.Memory!.PeakRssBytes!.Value)} MiB, {Format.Significant(c.Summary!.Median)} ms"))) + "." + Disturbed.Sentence(lines.SelectMany(l => l.Cases));
        return new Chart("chunking", alt, 440, canvas => Draw(canvas, lines, model.Caption));
    }

    static string Label(CaseView view) => view.TextWithout("scene") is { Length: > 0 } text ? text : view.Run.Variant;

    static void Draw(ChartCanvas canvas, (string Line, CaseView[] Cases)[] lines, string caption)
    {
        var all = lines.SelectMany(l => l.Cases).ToArray();
        canvas.Frame("Smaller pieces: less memory, at what price in time", caption, "peak resident memory, MiB (beside each point: the chunk)", "latency of the whole work, ms (median)", note: Disturbed.Note(all));
        canvas.XAxis(0, all.Max(c => c.Run.Memory!.PeakRssBytes!.Value / Mebi) * 1.15);
        canvas.YAxis(0, all.Max(c => c.Median!.Value.Upper) * 1.08);
        var labels = new LabelPlacer(canvas, aboveFirst: true);
        foreach (var view in all)
        {
            var (px, interval) = (view.Run.Memory!.PeakRssBytes!.Value / Mebi, view.Median!.Value);
            labels.Keep(px, view.Summary!.Median);
            labels.Keep((px, interval.Lower), (px, interval.Upper));
        }

        foreach (var (index, (line, cases)) in lines.Index())
        {
            var style = VariantStyle.Of(cases[0].Run.VariantName);
            canvas.Curve([.. cases.Select(c => c.Run.Memory!.PeakRssBytes!.Value / Mebi)], [.. cases.Select(c => c.Summary!.Median)], style.In(canvas.Theme), line, style.MarkerAt(index), 1.5f);
            foreach (var view in cases)
            {
                var (px, py) = (view.Run.Memory!.PeakRssBytes!.Value / Mebi, view.Summary!.Median);
                if (view.Median is { HasWidth: true } median) { canvas.WhiskerY(px, median.Lower, median.Upper); }
                labels.Add((view.Parameter("chunk") ?? Label(view)) + Disturbed.Mark(view), px, py);
                canvas.Hover(px, py, $"{line}, {Label(view)}: {Format.Number(px, 0)} MiB, {Cells.Milliseconds(view.Median!.Value)} ms");
            }
        }

        canvas.Legend();
        labels.Place();
    }
}
