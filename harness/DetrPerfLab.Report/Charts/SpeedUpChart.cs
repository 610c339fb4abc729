namespace DetrPerfLab.Report;

/// <summary>Bars of the speed-up over the baseline of the answer's run, with intervals; its title is the message.</summary>
static class SpeedUpChart
{
    internal static Drawing Create(ReportModel model, Answer answer)
    {
        CaseView[] cases = [.. model.Effects.Where(c => c.SpeedUp is not null)];
        if (cases.Length < 2 || model.Baseline is not { } baseline) { return Drawing.None("no two variants were measured in one run with a clean baseline"); }
        var title = Title(cases, baseline, answer);
        var alt = $"{title}. Speed-up over {baseline.Run.Variant}: " +
            string.Join(", ", cases.Select(c => $"{c.Run.Variant} {Format.Times(c.SpeedUp!.Value.Value)}{Disturbed.Mark(c)}")) + "." + Disturbed.Sentence(cases);
        return new Chart("speedup", alt, 34 * cases.Length, canvas => Draw(canvas, cases, title, baseline, model.Caption));
    }

    // Only what the interval decides is said to be faster, and only of clean runs.
    static string Title(CaseView[] cases, CaseView baseline, Answer answer)
    {
        var name = Plain(baseline);
        if (cases.Where(c => !c.IsContaminated && c.SpeedUp!.Value.Verdict == Verdict.Faster).MaxBy(c => c.SpeedUp!.Value.Value) is not { } fastest) { return $"Nothing is decidedly faster than {name} here"; }
        var title = $"{Name(fastest)} is {Format.Times(fastest.SpeedUp!.Value.Value)} {name} here";
        return answer.Best is { View: { } best } && best != fastest && best.SpeedUp!.Value.Verdict == Verdict.Faster && answer.Candidates.Any(c => c.View == fastest && c.Fit != Fit.Meets)
            ? $"{title}; {best.Run.Variant}, {Format.Times(best.SpeedUp!.Value.Value)}, keeps to the limits"
            : title;
    }

    /// <summary>What a title calls the row that it counts from.</summary>
    internal static string Plain(CaseView baseline) => baseline.Run.Variant == VariantName.Baseline ? $"eager FP32 ({VariantName.Baseline})" : baseline.Run.Variant;

    internal static string Name(CaseView view) => view.Run.VariantName is { } name ? $"{name.PrecisionName.ToUpperInvariant()} ({view.Run.Variant})" : view.Run.Variant;

    static void Draw(ChartCanvas canvas, CaseView[] cases, string title, CaseView baseline, string caption)
    {
        var high = cases.Max(c => c.SpeedUp!.Value.Upper);
        canvas.Frame(title, caption, $"times as fast as {baseline.Run.Variant} (median; whiskers: 95 % confidence)", "", note: Disturbed.Note(cases));
        canvas.XAxis(0, Math.Max(high * 1.02, 1.1), "×");
        canvas.Categories([.. cases.Select(c => c.Run.Variant)]);
        canvas.Guide(1, 0.6, 1, -cases.Length + 0.4);
        for (var i = 0; i < cases.Length; i++)
        {
            var ratio = cases[i].SpeedUp!.Value;
            canvas.Bar(-i, 0, ratio.Value, VariantStyle.Of(cases[i].Run.Variant).In(canvas.Theme));
            if (ratio.HasWidth) { canvas.WhiskerX(ratio.Lower, ratio.Upper, -i); }
            canvas.TextAfter(Format.Times(ratio.Value) + Disturbed.Mark(cases[i]), Math.Max(ratio.Value, ratio.Upper), -i, bold: true);
            canvas.HoverRow(-i, 0, ratio.Upper, $"{cases[i].Run.Variant}: {Cells.Times(ratio)}, {Cells.Milliseconds(cases[i].Median!.Value)} ms");
        }

        VariantStyle.Legend(canvas, cases);
    }
}
