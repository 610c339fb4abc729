using ScottPlot;

namespace DetrPerfLab.Report;

/// <summary>Distribution of the latencies: the share of operations that took at most so long.</summary>
static class DistributionChart
{
    const int LeastSamples = 10;

    internal static Drawing Create(ReportModel model)
    {
        CaseView[] cases = [.. model.Effects.Where(c => c.Summary is { Count: >= LeastSamples }).Reverse()];
        if (cases.Length == 0) { return Drawing.None($"latency distributions: no variant has {LeastSamples} samples"); }
        var alt = "Latency distributions, fastest to slowest sample: " +
            string.Join(", ", cases.Select(c => $"{c.Run.Variant} {Format.Significant(c.Summary!.Minimum)} to {Format.Significant(c.Summary.Maximum)} ms")) + "." + Disturbed.Sentence(cases);
        return new Chart("distribution", alt, 460, canvas => Draw(canvas, cases, model.Caption));
    }

    static void Draw(ChartCanvas canvas, CaseView[] cases, string caption)
    {
        canvas.Frame("Latency distributions around their medians", caption, "latency of one operation, per cent of the variant's median", "share of operations at or below, per cent", note: Disturbed.Note(cases));
        // Each against its own median: variants that are ten times apart could not show their tails on one axis.
        var (low, high) = (cases.Min(c => 100 * c.Summary!.Minimum / c.Summary.Median), cases.Max(c => 100 * c.Summary!.Maximum / c.Summary.Median));
        canvas.XAxis(low - ((high - low) * 0.01), high + ((high - low) * 0.01), " %");
        canvas.YAxis(-1, 101, " %");
        foreach (var view in cases)
        {
            var (sorted, median) = (view.Run.SamplesMs.Order().ToArray(), view.Summary!.Median);
            // Two points a sample: a step up at its time.
            double[] xs = [.. sorted.SelectMany(ms => Enumerable.Repeat(100 * ms / median, 2))];
            double[] ys = [.. sorted.SelectMany((_, i) => (double[])[100.0 * i / sorted.Length, 100.0 * (i + 1) / sorted.Length])];
            var style = VariantStyle.Of(view.Run.Variant);
            canvas.Curve(xs, ys, style.In(canvas.Theme), $"{view.Run.Variant} ({Format.Significant(median)} ms){Disturbed.Mark(view)}", pattern: PatternOf(style.Marker));
            foreach (var at in (double[])[0.5, 1])
            {
                var ms = at == 1 ? view.Summary.Maximum : view.Summary.Median;
                canvas.Hover(100 * ms / view.Summary.Median, 100 * at, $"{view.Run.Variant}: {(at == 1 ? "slowest" : "median")} {Format.Significant(ms)} ms, {Cells.Spread(view.Summary)}");
            }
        }

        canvas.Legend(beside: true);
    }

    // The colour tells the engine; the line's pattern tells the precision, as the marker does elsewhere.
    static LinePattern PatternOf(MarkerShape marker) => marker switch
    {
        MarkerShape.FilledDiamond => LinePattern.Dotted,
        MarkerShape.FilledTriangleUp => LinePattern.DenselyDashed,
        _ => LinePattern.Solid,
    };
}
