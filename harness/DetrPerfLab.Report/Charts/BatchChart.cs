namespace DetrPerfLab.Report;

/// <summary>Images/s by batch size: equal images, and unequal ones that are padded to the largest.</summary>
static class BatchChart
{
    internal static Drawing Create(ReportModel model)
    {
        var lines = Line.Of(model.Suite("Batch").Where(c => c.Summary is not null && c.Number("batch") is > 0),
            c => c.Parameter("sizes") is { } sizes ? $"{c.Run.Variant}, {sizes} sizes" : c.Run.Variant, c => c.Number("batch"));
        if (lines.Length == 0) { return Drawing.None("batches: no variant was measured at two batch sizes"); }
        var title = Title(lines);
        var alt = (title is null ? "" : $"{title}. ") + "Images/s by batch size: " + string.Join("; ", lines.Select(l =>
            $"{l.Name} {string.Join(", ", l.Cases.Select(c => $"{Format.Significant(c.ImagesPerSecond!.Value)} at {c.Number("batch")}"))}")) + "." + Disturbed.Sentence(lines.SelectMany(l => l.Cases));
        return new Chart("batches", alt, 440, canvas => Draw(canvas, lines, title, model.Caption));
    }

    // The most that a batch gains per image; where each decidedly loses, the least that one does.
    static string? Title(Line[] lines)
    {
        CaseView[] batches = [.. lines.SelectMany(l => l.Cases).Where(c => !c.IsContaminated && c.Baseline?.Number("batch") == 1 && c.Number("batch") > 1).OrderByDescending(c => c.SpeedUp!.Value.Value)];
        var faster = batches.FirstOrDefault(c => c.SpeedUp!.Value.Verdict == Verdict.Faster);
        return faster is not null ? $"{Images(faster)} make {faster.Run.Variant} {Format.Times(faster.SpeedUp!.Value.Value)} as fast per image"
            : batches.Length > 0 && batches.All(c => c.SpeedUp!.Value.Verdict == Verdict.Slower) ? $"No batch pays: at best {Images(batches[0])} are {Format.Times(batches[0].SpeedUp!.Value.Value)} as fast per image as one alone"
            : null;
    }

    static string Images(CaseView view) => $"{view.Number("batch")} images{(view.Parameter("sizes") is { } sizes ? $" of {sizes} size" : "")} at once";

    static void Draw(ChartCanvas canvas, Line[] lines, string? title, string caption)
    {
        CaseView[] all = [.. lines.SelectMany(l => l.Cases)];
        double[] sizes = [.. all.Select(c => c.Number("batch")!.Value).Distinct().Order()];
        canvas.Frame(title ?? "Throughput by batch size", caption, "images per batch", "images/s (median)", note: Disturbed.Note(all));
        canvas.XAxis(sizes[0] - ((sizes[^1] - sizes[0]) * 0.06), sizes[^1] + ((sizes[^1] - sizes[0]) * 0.06), Ticks.Each(sizes));
        canvas.YAxis(0, all.Max(c => Rate(c, c.Median!.Value.Lower)) * 1.25);
        var labels = new LabelPlacer(canvas, aboveFirst: true);
        foreach (var (index, line) in lines.Index())
        {
            canvas.Curve([.. line.Cases.Select(c => c.Number("batch")!.Value)], [.. line.Cases.Select(c => c.ImagesPerSecond!.Value)], line.Style.In(canvas.Theme), line.Name, line.Style.MarkerAt(index));
            foreach (var view in line.Cases)
            {
                var (x, y) = (view.Number("batch")!.Value, view.ImagesPerSecond!.Value);
                if (view.Median is { HasWidth: true } median)
                {
                    canvas.WhiskerY(x, Rate(view, median.Upper), Rate(view, median.Lower));
                    labels.Keep((x, Rate(view, median.Upper)), (x, Rate(view, median.Lower)));
                }

                labels.Keep(x, y);
                if (lines.Length <= LabelPlacer.MostLines || view == line.Cases[^1]) { labels.Add(Format.Significant(y) + Disturbed.Mark(view), x, y); }
                canvas.Hover(x, y, $"{line.Name}, batch of {x}: {Format.Significant(y)} images/s, {Cells.Milliseconds(view.Median!.Value)} ms/batch");
            }
        }

        canvas.Legend();
        labels.Place();
    }

    static double Rate(CaseView view, double ms) => view.Run.ImagesPerOperation * 1000 / ms;
}
