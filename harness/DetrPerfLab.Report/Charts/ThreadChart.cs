using ScottPlot;

namespace DetrPerfLab.Report;

/// <summary>Speed-up by threads, beside the ideal line, with the efficiency at each point.</summary>
static class ThreadChart
{
    internal static Drawing Create(ReportModel model)
    {
        Line[] lines = [.. model.Suite("Thread").Where(c => c.Summary is not null && c.Number(Threads) is > 0)
            .GroupBy(c => (c.Run.Variant, c.TextWithout(Threads)))
            .Select(g => new Line(g.Key.Variant, [.. g.DistinctBy(c => c.Number(Threads)).OrderBy(c => c.Number(Threads))]))
            .Where(l => l.Cases.Length >= 2)
            // Further settings, such as spinning, are another question: the best of them stands for its variant.
            .GroupBy(l => l.Variant)
            .Select(g => g.OrderByDescending(l => l.Cases.Length).ThenBy(l => l.Cases.Min(c => c.Summary!.Median)).First())
            .OrderBy(l => l.Variant, StringComparer.Ordinal)];
        if (lines.Length == 0) { return Drawing.None("no variant was measured with two thread counts"); }
        var alt = "Speed-up over the fewest threads: " + string.Join("; ", lines.Select(l =>
            $"{l.Variant} {string.Join(", ", l.Cases.Select(c => $"{Format.Times(SpeedUp(l, c).Value)} at {c.Number(Threads)}"))}")) + ".";
        return new Chart("threads", alt, 460, canvas => Draw(canvas, lines, model));
    }

    const string Threads = "threads";

    static Estimate SpeedUp(Line line, CaseView view) => Estimate.Ratio(line.Cases[0], view)!.Value;

    static void Draw(ChartCanvas canvas, Line[] lines, ReportModel model)
    {
        var most = lines.Max(l => l.Cases.Max(c => c.Number(Threads)!.Value));
        var high = Math.Max(lines.Max(l => l.Cases.Max(c => SpeedUp(l, c).Upper)) * 1.25, 1.5);
        canvas.Frame("What more threads give; per cent: share of the ideal", model.Caption, "intra-op threads", "speed-up over the fewest threads, times");
        canvas.XAxis(new([.. lines.SelectMany(l => l.Cases.Select(c => c.Number(Threads)!.Value)).Distinct().Order()], [.. lines
            .SelectMany(l => l.Cases.Select(c => c.Number(Threads)!.Value)).Distinct().Order().Select(t => Format.Number(t, 0))]), 0.7, most * 1.06);
        var y = Ticks.Linear(0, high, 6, "×");
        canvas.YAxis(y);
        var ideal = Math.Min(most, y.High);
        canvas.Guide(1, 1, ideal, ideal, "ideal");
        if (model.Machine is { } machine && machine.Cores < most)
        {
            canvas.Guide(machine.Cores, 0, machine.Cores, y.High);
            canvas.Text($"{machine.Cores} cores", machine.Cores, y.High, Alignment.UpperLeft, offsetX: 6, offsetY: 4, color: canvas.Theme.Faint);
        }
        var labels = new LabelPlacer(canvas, aboveFirst: true);
        foreach (var line in lines)
        {
            var style = VariantStyle.Of(line.Variant);
            var xs = line.Cases.Select(c => c.Number(Threads)!.Value).ToArray();
            var ratios = line.Cases.Select(c => SpeedUp(line, c)).ToArray();
            canvas.Curve(xs, [.. ratios.Select(r => r.Value)], style.In(canvas.Theme), line.Variant, style.Marker);
            for (var i = 0; i < xs.Length; i++)
            {
                if (ratios[i].HasWidth && i > 0) { canvas.WhiskerY(xs[i], ratios[i].Lower, ratios[i].Upper); }
                var efficiency = Format.Percent(ratios[i].Value * xs[0] / xs[i]);
                if (i > 0) { labels.Add(efficiency, xs[i], ratios[i].Value); }
                canvas.Hover(xs[i], ratios[i].Value,
                    $"{line.Variant}, {xs[i]} threads: {Cells.Times(ratios[i])}, efficiency {efficiency}, {Cells.Milliseconds(line.Cases[i].Median!.Value)} ms");
            }
        }

        canvas.Legend(Alignment.UpperLeft);
    }

    sealed record Line(string Variant, CaseView[] Cases);
}
