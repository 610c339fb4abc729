using ScottPlot;

namespace DetrPerfLab.Report;

/// <summary>Latency and operations by resolution, both as a share of the largest size: does time follow work?</summary>
static class ResolutionChart
{
    const string Size = "size";

    internal static Drawing Create(ReportModel model)
    {
        var all = Line.Of(model.Suite("Resolution").Where(c => c.Summary is not null && c.Number(Size) is > 0).DistinctBy(c => (c.Run.Variant, c.Number(Size))), c => c.Run.Variant, c => c.Number(Size));
        // The largest size is what the others are shares of: a contaminated one leaves nothing to count from.
        Line[] lines = [.. all.Where(l => !l.Cases[^1].IsContaminated)];
        if (lines.Length == 0) { return Drawing.None(all.Length == 0 ? "resolution: no variant was measured at two sizes" : "resolution: the largest size, which the others are counted from, was contaminated"); }
        var title = Title(lines);
        var left = string.Join(", ", all.Except(lines).Select(l => l.Name));
        var alt = $"{title}. Latency by shorter side, as a share of the largest: " + string.Join("; ", lines.Select(l =>
            $"{l.Name} {string.Join(", ", l.Cases.Select(c => $"{Format.Percent(c.Summary!.Median / l.Cases[^1].Summary!.Median)} at {c.Number(Size)}"))}")) + "." + Disturbed.Sentence(lines.SelectMany(l => l.Cases)) + (left.Length > 0 ? $" Left out, as the largest size was contaminated: {left}." : "");
        return new Chart("resolution", alt, 440, canvas => Draw(canvas, lines, title, model.Caption));
    }

    // Of the line whose time falls most, among clean runs.
    static string Title(Line[] lines)
    {
        var gains = lines.SelectMany(l => l.Cases.Where(c => !c.IsContaminated && c != l.Cases[^1]).Select(c => (Line: l, Case: c, Gain: Estimate.SpeedUp(l.Cases[^1], c)!.Value)));
        var best = gains.Where(g => g.Gain.Verdict == Verdict.Faster).OrderByDescending(g => g.Gain.Value).FirstOrDefault();
        return best.Case is { } small
            ? $"{small.Number(Size)} in place of {best.Line.Cases[^1].Number(Size)} pixels makes {best.Line.Name} {Format.Times(best.Gain.Value)} as fast"
            : "Smaller images gain nothing that can be told here";
    }

    static void Draw(ChartCanvas canvas, Line[] lines, string title, string caption)
    {
        double[] sizes = [.. lines.SelectMany(l => l.Cases.Select(c => c.Number(Size)!.Value)).Distinct().Order()];
        canvas.Frame(title, caption, "shorter side of the image, pixels", "share of the largest size, per cent", note: Disturbed.Note(lines.SelectMany(l => l.Cases)));
        canvas.XAxis(sizes[0] - ((sizes[^1] - sizes[0]) * 0.08), sizes[^1] + ((sizes[^1] - sizes[0]) * 0.08), Ticks.Each(sizes));
        var high = lines.Max(l => l.Cases.Max(c => c.Summary!.Median / l.Cases[^1].Summary!.Median));
        canvas.YAxis(0, Math.Max(1.05, high) * 108, " %");
        if (lines.Select(l => l.Cases).FirstOrDefault(cases => cases.All(c => c.Run.Flops is > 0)) is { } counted)
        {
            canvas.Curve(
                [.. counted.Select(c => c.Number(Size)!.Value)], [.. counted.Select(c => 100 * c.Run.Flops!.Value / counted[^1].Run.Flops!.Value)],
                canvas.Theme.Faint, $"operations (100 % = {Format.Significant(counted[^1].Run.Flops!.Value / 1e9)} GFLOP)", MarkerShape.OpenCircle, 1.5f, LinePattern.DenselyDashed);
        }

        var labels = new LabelPlacer(canvas, aboveFirst: true);
        foreach (var line in lines)
        {
            var (variant, cases, style) = (line.Name, line.Cases, line.Style);
            var whole = cases[^1].Summary!.Median;
            canvas.Curve(
                [.. cases.Select(c => c.Number(Size)!.Value)], [.. cases.Select(c => 100 * c.Summary!.Median / whole)], style.In(canvas.Theme),
                $"latency, {variant}{(Disturbed.Note(cases) is null ? "" : "*")} (100 % = {Format.Significant(whole)} ms)", style.Marker);
            foreach (var view in cases)
            {
                var (x, y) = (view.Number(Size)!.Value, 100 * view.Summary!.Median / whole);
                labels.Keep(x, y);
                var mark = Disturbed.Mark(view);
                if (view.Run.CocoAp is { } ap && (lines.Length <= LabelPlacer.MostLines || view == cases[0]))
                {
                    labels.Add($"AP {Format.Number(100 * ap, 1)}{mark}", x, y, style.In(canvas.Theme));
                }
                else if (mark.Length > 0) { labels.Add(mark, x, y, style.In(canvas.Theme)); }

                canvas.Hover(x, y, $"{variant} at {x}: {Cells.Milliseconds(view.Median!.Value)} ms" + (view.Run.CocoAp is { } a ? $", AP {Format.Number(100 * a, 1)}" : ""));
            }
        }

        canvas.Legend();
        labels.Place();
    }
}
