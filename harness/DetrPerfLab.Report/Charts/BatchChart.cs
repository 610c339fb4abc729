namespace DetrPerfLab.Report;

/// <summary>Images a second by batch size: equal images, and unequal ones that are padded to the largest.</summary>
static class BatchChart
{
    internal static Drawing Create(ReportModel model)
    {
        (string Line, CaseView[] Cases)[] lines = [.. model.Suite("Batch").Where(c => c.Summary is not null && c.Number("batch") is > 0)
            .GroupBy(c => (c.Run.Variant, Sizes: c.Parameter("sizes") ?? ""))
            .Select(g => (g.Key.Sizes.Length > 0 ? $"{g.Key.Variant}, {g.Key.Sizes} sizes" : g.Key.Variant, g.OrderBy(c => c.Number("batch")).ToArray()))
            .Where(l => l.Item2.Length >= 2)
            .OrderBy(l => l.Item1, StringComparer.Ordinal)];
        if (lines.Length == 0) { return Drawing.None("no variant was measured at two batch sizes"); }
        var alt = "Images a second by batch: " + string.Join("; ", lines.Select(l =>
            $"{l.Line} {string.Join(", ", l.Cases.Select(c => $"{Format.Significant(c.ImagesPerSecond!.Value)} at {c.Number("batch")}"))}")) + "." + Disturbed.Sentence(lines.SelectMany(l => l.Cases));
        return new Chart("batches", alt, 440, canvas => Draw(canvas, lines, model.Caption));
    }

    static void Draw(ChartCanvas canvas, (string Line, CaseView[] Cases)[] lines, string caption)
    {
        CaseView[] all = [.. lines.SelectMany(l => l.Cases)];
        double[] sizes = [.. all.Select(c => c.Number("batch")!.Value).Distinct().Order()];
        canvas.Frame("Throughput by batch size", caption, "images in a batch", "images/s (median)", note: Disturbed.Note(all));
        canvas.XAxis(sizes[0] - ((sizes[^1] - sizes[0]) * 0.06), sizes[^1] + ((sizes[^1] - sizes[0]) * 0.06), Ticks.Each(sizes));
        canvas.YAxis(0, all.Max(c => Rate(c, c.Median!.Value.Lower)) * 1.25);
        var labels = new LabelPlacer(canvas, aboveFirst: true);
        foreach (var (index, (line, cases)) in lines.Index())
        {
            var style = VariantStyle.Of(cases[0].Run.VariantName);
            canvas.Curve([.. cases.Select(c => c.Number("batch")!.Value)], [.. cases.Select(c => c.ImagesPerSecond!.Value)], style.In(canvas.Theme), line,
                style.MarkerAt(index));
            foreach (var view in cases)
            {
                var (x, y) = (view.Number("batch")!.Value, view.ImagesPerSecond!.Value);
                if (view.Median is { HasWidth: true } median)
                {
                    canvas.WhiskerY(x, Rate(view, median.Upper), Rate(view, median.Lower));
                    labels.Keep((x, Rate(view, median.Upper)), (x, Rate(view, median.Lower)));
                }

                labels.Keep(x, y);
                if (lines.Length <= LabelPlacer.MostLines || view == cases[^1]) { labels.Add(Format.Significant(y) + Disturbed.Mark(view), x, y); }
                canvas.Hover(x, y, $"{line}, batch of {x}: {Format.Significant(y)} images/s, {Cells.Milliseconds(view.Median!.Value)} ms a batch");
            }
        }

        canvas.Legend();
        labels.Place();
    }

    static double Rate(CaseView view, double ms) => view.Run.ImagesPerOperation * 1000 / ms;
}
