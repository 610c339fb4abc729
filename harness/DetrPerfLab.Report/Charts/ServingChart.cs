namespace DetrPerfLab.Report;

/// <summary>Median latency of a server's requests against the load that is offered, one curve a setting.</summary>
static class ServingChart
{
    internal static Drawing Create(ReportModel model)
    {
        var all = model.Suite("Serving").Where(c => c.Summary is not null && c.Run.Serving is not null && !c.Run.Repeated && c.Parameter("load") != "bursts").ToArray();
        // The variant of most settings: curves of one that is several times as slow would press these together.
        var shown = all.GroupBy(c => c.Run.Variant).OrderByDescending(g => g.Select(Setting).Distinct().Count()).FirstOrDefault();
        var lines = Line.Of(shown ?? Enumerable.Empty<CaseView>(), Setting, c => c.Run.Serving!.OfferedRate);
        if (lines.Length == 0) { return Drawing.None("serving: no setting was measured at two loads"); }
        var alt = $"Median latency of a request by offered load, {shown!.Key}: " + string.Join("; ", lines.Select(l =>
            $"{l.Name} {string.Join(", ", l.Cases.Select(c => $"{Cells.Milliseconds(c.Median!.Value)} ms at {Format.Significant(c.Run.Serving!.OfferedRate)}/s"))}")) + "." + Disturbed.Sentence(lines.SelectMany(l => l.Cases));
        return new Chart("serving", alt, 480, canvas => Draw(canvas, lines, shown.Key, model.Caption));
    }

    static string Setting(CaseView view) =>
        (view.Number("batch") is > 1 and var batch ? $"batch up to {batch}" : "no batching")
        + (view.Parameter("wait") is { } wait && wait != "0 ms" ? $", waits {wait}" : "") + (view.Number("workers") is > 1 and var workers ? $", {workers} engines" : "");

    static void Draw(ChartCanvas canvas, Line[] lines, string variant, string caption)
    {
        CaseView[] all = [.. lines.SelectMany(l => l.Cases)];
        var (low, high) = (all.Min(Rate), all.Max(Rate));
        canvas.Frame($"Requests to {variant}: latency by offered load", caption, "requests offered a second", "ms (median, from when due)", note: Disturbed.Note(all));
        canvas.XAxis(low - ((high - low) * 0.06), high + ((high - low) * 0.06), all.Select(Rate).DistinctBy(rate => Math.Round(rate, 1)).Order().Select(rate => (rate, Format.Shortest(Math.Round(rate, 1)))));
        canvas.YAxis(0, all.Max(c => c.Median!.Value.Value) * 1.2);
        var labels = new LabelPlacer(canvas, aboveFirst: true);
        foreach (var (index, line) in lines.Index())
        {
            canvas.Curve([.. line.Cases.Select(Rate)], [.. line.Cases.Select(c => c.Median!.Value.Value)], VariantStyle.Hue(index, canvas.Theme), line.Name, line.Style.MarkerAt(index));
            foreach (var view in line.Cases)
            {
                var (x, y) = (Rate(view), view.Median!.Value.Value);
                labels.Keep(x, y);
                if (lines.Length <= LabelPlacer.MostLines || view == line.Cases[^1]) { labels.Add(Format.Significant(y) + Disturbed.Mark(view), x, y); }
                canvas.Hover(x, y, $"{line.Name}, {Format.Significant(x)}/s offered: {Cells.Milliseconds(view.Median!.Value)} ms");
            }
        }

        canvas.Legend();
        labels.Place();
    }

    static double Rate(CaseView view) => view.Run.Serving!.OfferedRate;
}
