using System.Text.RegularExpressions;

namespace DetrPerfLab.Report;

/// <summary>From the naive port to the fastest variant, step by step: what each step takes off the latency, and the first step measured again at the end.</summary>
static partial class WaterfallChart
{
    internal static Drawing Create(ReportModel model)
    {
        var steps = Steps(model);
        if (steps.Length < 2) { return Drawing.None("the stacked steps: not measured"); }
        var again = Again(model, steps[0]);
        var title = Title(steps);
        CaseView[] all = again is null ? steps : [.. steps, again];
        var alt = $"{title}. Latency from {Label(steps[0])} at {Ms(steps[0])} ms to {Label(steps[^1])} at {Ms(steps[^1])} ms" +
            (again is null ? "." : $"; the first step, repeated at the end, at {Ms(again)} ms.") + Disturbed.Sentence(all);
        return new Chart("waterfall", alt, 36 * all.Length, canvas => Draw(canvas, steps, again, title, model.Caption));
    }

    static string Title(CaseView[] steps) => steps.Any(s => s.IsContaminated) || Estimate.SpeedUp(steps[0], steps[^1]) is not { Interval: not null, Verdict: not Verdict.Undecided } whole
        ? "Optimisation steps, each on top of those before; what they gain together is undecided"
        : $"{Format.Count(steps.Length - 1, "step")} together: {Format.Times(whole.Value)} as fast as {Label(steps[0])}";

    /// <summary>The steps in their order: by the parameter "step" where there is one, else as measured.</summary>
    internal static CaseView[] Steps(ReportModel model) =>
        [.. Measured(model).Where(c => !c.Run.Repeated)
            .OrderBy(c => c.Number("step") ?? double.MaxValue).ThenBy(c => c.Run.Started).ThenBy(c => c.Run.Id, StringComparer.Ordinal)];

    /// <summary>The first step measured a second time, after all others: whether the machine stayed the same meanwhile.</summary>
    internal static CaseView? Again(ReportModel model, CaseView first) => Measured(model).FirstOrDefault(c => c.FirstTime == first);

    static IEnumerable<CaseView> Measured(ReportModel model) => model.Suite("Stacked").Where(c => c.Summary is not null);

    internal static string Label(CaseView step) =>
        step.Parameter("step") is { } name && Number().Replace(name, "") is { Length: > 0 } text ? text : step.Run.Variant;

    // The number in front only orders the steps.
    [GeneratedRegex(@"^\d+(\.\d+)?([-.: ]\s*|$)")]
    private static partial Regex Number();

    static string Ms(CaseView view) => Format.Significant(view.Summary!.Median) + Disturbed.Mark(view);

    static void Draw(ChartCanvas canvas, CaseView[] steps, CaseView? again, string title, string caption)
    {
        CaseView[] rows = again is null ? steps : [.. steps, again];
        var high = rows.Max(s => s.Summary!.Median);
        canvas.Frame(
            title, caption, "latency of one operation, ms (median); grey: saved by the step", "", note: Disturbed.Note(rows));
        canvas.XAxis(0, high * 1.02);
        canvas.Categories([.. rows.Select(Label)]);
        for (var i = 0; i < rows.Length; i++)
        {
            var now = rows[i].Summary!.Median;
            var color = VariantStyle.Of(rows[i].Run.Variant).In(canvas.Theme);
            // The check is no step: paler, and held against the first.
            canvas.Bar(-i, 0, now, rows[i] == again ? color.WithAlpha(0.45) : color);
            var text = $"{Ms(rows[i])} ms";
            var end = now;
            var hover = $"{Label(rows[i])}: {Cells.Milliseconds(rows[i].Median!.Value)} ms";
            if (again is not null && rows[i] == again)
            {
                var drift = Estimate.Ratio(again, steps[0])!.Value;
                if (!again.IsContaminated && !steps[0].IsContaminated)
                {
                    text += $", {Format.Times(drift.Value)} the first run";
                    hover += $", {Cells.Times(drift)} the first run";
                }
            }
            else if (i > 0 && Estimate.SpeedUp(rows[i - 1], rows[i]) is { } gain)
            {
                // The pale part is what this step took off.
                var before = rows[i - 1].Summary!.Median;
                if (before > now) { canvas.Bar(-i, now, before, canvas.Theme.Grid); }
                end = Math.Max(before, now);
                text += $", {Format.Times(gain.Value)}{Disturbed.Mark(rows[i])}";
                hover += $", {Cells.Times(gain)} over the step before";
            }

            canvas.HoverRow(-i, 0, end, hover);
            canvas.TextAfter(text, end, -i);
        }

        VariantStyle.Legend(canvas, rows);
    }
}
