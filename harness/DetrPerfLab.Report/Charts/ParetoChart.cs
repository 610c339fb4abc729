using ScottPlot;

namespace DetrPerfLab.Report;

/// <summary>Latency against accuracy: what no other variant beats in both.</summary>
static class ParetoChart
{
    const int MostNamed = 4;

    static readonly AccuracyMeasure s_ap = new("COCO AP@[.50:.95], points", c => 100 * c.Run.CocoAp, IsLabelled: true);

    internal static Drawing Create(ReportModel model)
    {
        if (Measure(model) is not { } measure) { return Drawing.None("accuracy against latency: no accuracy was measured for two variants"); }
        CaseView[] all = [.. model.Effects.Where(c => c.Summary is not null && measure.Of(c) is not null)];
        // The engine suite's steps all compute in FP32: a dozen points of one accuracy, whose times the speed-up chart tells better.
        CaseView[] others = [.. all.Where(c => !c.Run.Suite.StartsWith("Engine", StringComparison.OrdinalIgnoreCase))];
        var cases = others.Length >= 2 ? others : all;
        return Of("accuracy", cases, c => c.Run.Variant, measure, model.Caption);
    }

    /// <summary>The same of one trained model, made smaller in several ways.</summary>
    internal static Drawing OfCompression(ReportModel model)
    {
        CaseView[] cases = [.. model.Suite("Compression").Where(c => c.Summary is not null && c.Run.CocoAp is not null)];
        return cases.Length < 2 ? Drawing.None("compression: no two models were measured and judged")
            : Of("compression", cases, CompressionSentences.NameOf, s_ap, model.Caption);
    }

    static Chart Of(string file, CaseView[] cases, Func<CaseView, string> name, AccuracyMeasure measure, string caption)
    {
        // A contaminated run is shown, but nothing is decided by it.
        var front = Front([.. cases.Select(c => (c.Summary!.Median, c.IsContaminated ? double.NegativeInfinity : measure.Of(c)!.Value))]);
        var title = Title([.. front.Select(i => name(cases[i]))]);
        var alt = $"{title}. Accuracy is {measure.Label}. The front: " + (front.Length == 0 ? "nothing" : "") +
            string.Join(", ", front.Select(i => $"{name(cases[i])} ({Format.Significant(cases[i].Summary!.Median)} ms, {Format.Number(measure.Of(cases[i])!.Value, 1)})")) + "." + Disturbed.Sentence(cases);
        return new Chart(file, alt, 440, canvas => Draw(canvas, cases, name, front, measure, title, caption));
    }

    /// <summary>Indices of the points that no other beats in both, fastest first.</summary>
    internal static int[] Front(IReadOnlyList<(double Latency, double Accuracy)> points)
    {
        var front = new List<int>();
        var best = double.NegativeInfinity;
        foreach (var i in Enumerable.Range(0, points.Count).OrderBy(i => points[i].Latency).ThenByDescending(i => points[i].Accuracy))
        {
            if (points[i].Accuracy <= best) { continue; }
            best = points[i].Accuracy;
            front.Add(i);
        }

        return [.. front];
    }

    // Labelled images say most; without them, how near the detections or the classes stay to the reference.
    static AccuracyMeasure? Measure(ReportModel model)
    {
        AccuracyMeasure[] known =
        [
            s_ap,
            new("top-1, points", c => 100 * c.Run.Top1, IsLabelled: true),
            new($"COCO AP@[.50:.95] of {model.Effects.Select(c => c.Run.StandIn?.Model).FirstOrDefault(m => m is not null)}, points", c => 100 * c.Run.StandIn?.CocoAp, IsLabelled: true),
            new("AP with the reference's detections as truth, points", c => 100 * c.Run.Agreement?.DetectionAp),
            new("queries whose class is unchanged, per cent", c => 100 * (1 - c.Run.Agreement?.ClassChangedShare)),
        ];
        return known.FirstOrDefault(m => model.Effects.Count(c => c.Summary is not null && m.Of(c) is not null) >= 2);
    }

    static string Title(string[] front) => front.Length switch
    {
        0 => "Accuracy against latency: every run was contaminated",
        1 => $"{front[0]} is the fastest and the most accurate",
        > MostNamed => $"On the Pareto front: {front.Length} points, from {front[0]} to {front[^1]}",
        _ => $"On the Pareto front: {string.Join(front.Any(name => name.Contains(',')) ? "; " : ", ", front)}",
    };

    static void Draw(ChartCanvas canvas, CaseView[] cases, Func<CaseView, string> name, int[] front, AccuracyMeasure measure, string title, string caption)
    {
        var xs = cases.Select(c => c.Summary!.Median).ToArray();
        var ys = cases.Select(c => measure.Of(c)!.Value).ToArray();
        canvas.Frame(title, caption, "latency of one operation, ms (median, logarithmic)", measure.Label, note: Disturbed.Note(cases));
        var x = Ticks.Logarithmic(xs.Min() * 0.9, xs.Max() * 1.1);
        double[] ends = [.. ys, .. Enumerable.Range(0, cases.Length).Select(ApInterval).OfType<(double Lower, double Upper)>().SelectMany(i => (double[])[i.Lower, i.Upper])];
        var margin = Math.Max((ends.Max() - ends.Min()) * 0.1, 0.2);
        // None of the measures goes beyond 100; a little room keeps a point there whole, and its name below the title.
        var (low, high) = (Math.Max(0, ends.Min() - margin), Math.Min(100, ends.Max() + margin));
        canvas.XAxis(x[0].Position, x[^1].Position, x);
        canvas.YAxis(low - ((high - low) * 0.03), high >= 100 ? 100 + ((100 - low) * 0.12) : high, last: 100);
        canvas.Curve([.. front.Select(i => Math.Log10(xs[i]))], [.. front.Select(i => ys[i])], canvas.Theme.Faint, width: 1.5f, pattern: LinePattern.DenselyDashed);
        VariantStyle.Legend(canvas, cases);
        var labels = new LabelPlacer(canvas);
        for (var i = 0; i < cases.Length; i++)
        {
            var at = Math.Log10(xs[i]);
            labels.Keep(at, ys[i]);
            labels.Keep((Math.Log10(cases[i].Median!.Value.Lower), ys[i]), (Math.Log10(cases[i].Median!.Value.Upper), ys[i]));
            if (ApInterval(i) is { } interval) { labels.Keep((at, interval.Lower), (at, interval.Upper)); }
        }

        foreach (var i in Enumerable.Range(0, cases.Length).OrderByDescending(i => ys[i]).ThenBy(i => xs[i]))
        {
            var style = VariantStyle.Of(cases[i].Run.Variant);
            var at = Math.Log10(xs[i]);
            if (cases[i].Median is { HasWidth: true } median) { canvas.WhiskerX(Math.Log10(median.Lower), Math.Log10(median.Upper), ys[i]); }
            if (ApInterval(i) is { } interval) { canvas.WhiskerY(at, interval.Lower, interval.Upper); }
            canvas.Point(at, ys[i], style.In(canvas.Theme), style.Marker);
            labels.Add(name(cases[i]) + Disturbed.Mark(cases[i]), at, ys[i]);
            canvas.Hover(at, ys[i], $"{name(cases[i])}: {Cells.Milliseconds(cases[i].Median!.Value)} ms, {measure.Label} {Format.Number(ys[i], 1)}");
        }

        labels.Place();

        // The interval of the difference to the reference, drawn around the AP itself.
        (double Lower, double Upper)? ApInterval(int i)
        {
            if (!measure.IsLabelled || cases[i].Accuracy?.Difference is not { } difference) { return null; }
            var centre = ys[i] - difference.Value;
            return (Math.Max(0, centre + difference.Lower), Math.Min(100, centre + difference.Upper));
        }
    }

    sealed record AccuracyMeasure(string Label, Func<CaseView, double?> Of, bool IsLabelled = false);
}
