namespace DetrPerfLab.Report;

/// <summary>Bars of the speed-up over eager FP32, with intervals.</summary>
static class SpeedUpChart
{
    internal static Drawing Create(ReportModel model)
    {
        CaseView[] cases = [.. model.Effects.Where(c => c.SpeedUp is not null)];
        if (cases.Length < 2) { return Drawing.None($"no two variants were measured in one run with {VariantName.Baseline}"); }
        var alt = $"Speed-up over {VariantName.Baseline}: " +
            string.Join(", ", cases.Select(c => $"{c.Run.Variant} {Format.Times(c.SpeedUp!.Value.Value)}{Mark(c)}")) + "." + Disturbed.Sentence(Used(cases));
        return new Chart("speedup", alt, 38 * cases.Length, canvas => Draw(canvas, cases, model.Caption));
    }

    // Bars of several suites stand side by side, each counted from what was measured beside it.
    static string Note(CaseView[] cases)
    {
        CaseView[] baselines = [.. cases.Select(c => c.Baseline!).Distinct()];
        string?[] notes =
        [
            baselines.Length > 1 ? $"each over {VariantName.Baseline} of its own suite: {string.Join(", ", baselines.Select(b => $"{b.Run.Suite} {Format.Significant(b.Summary!.Median)} ms"))}" : null,
            Disturbed.Note(Used(cases)),
        ];
        return string.Join('\n', notes.OfType<string>());
    }

    static string Mark(CaseView view) => Disturbed.Mark(view, view.Baseline);

    // With what they are compared with, which may have been measured in another suite than the case that stands for its variant.
    static IEnumerable<CaseView> Used(CaseView[] cases) => cases.Concat(cases.Select(c => c.Baseline).OfType<CaseView>()).Distinct();

    static void Draw(ChartCanvas canvas, CaseView[] cases, string caption)
    {
        var high = cases.Max(c => c.SpeedUp!.Value.Upper);
        canvas.Frame(
            $"Speed-up over {VariantName.Baseline}", caption,
            "speed-up, times (median; whiskers: 95 % confidence)", "", note: Note(cases) is { Length: > 0 } note ? note : null);
        canvas.XAxis(0, Math.Max(high * 1.02, 1.1), "×");
        canvas.Categories([.. cases.Select(c => c.Run.Variant)]);
        canvas.Guide(1, 0.6, 1, -cases.Length + 0.4);
        for (var i = 0; i < cases.Length; i++)
        {
            var ratio = cases[i].SpeedUp!.Value;
            canvas.Bar(-i, 0, ratio.Value, VariantStyle.Of(cases[i].Run.Variant).In(canvas.Theme));
            if (ratio.HasWidth) { canvas.WhiskerX(ratio.Lower, ratio.Upper, -i); }
            canvas.TextAfter(Format.Times(ratio.Value) + Mark(cases[i]), Math.Max(ratio.Value, ratio.Upper), -i, bold: true);
            canvas.HoverRow(-i, 0, ratio.Upper, $"{cases[i].Run.Variant}: {Cells.Times(ratio)}, {Cells.Milliseconds(cases[i].Median!.Value)} ms");
        }

        VariantStyle.Legend(canvas, cases);
    }
}
