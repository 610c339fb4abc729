using System.Text.RegularExpressions;
using ScottPlot;

namespace DetrPerfLab.Report;

/// <summary>From the naive port to the fastest variant, step by step: what each step takes off the latency.</summary>
static partial class WaterfallChart
{
    internal static Drawing Create(ReportModel model)
    {
        var steps = Steps(model);
        if (steps.Length < 2) { return Drawing.None("the stacked suite was not measured"); }
        var whole = Estimate.Ratio(steps[0], steps[^1])!.Value;
        var check = Again(model) is { } again ? $"; {Format.Times(Estimate.Ratio(again, steps[^1])!.Value.Value)} from the first step measured again" : "";
        var alt = $"Latency from {Label(steps[0])} at {Ms(steps[0])} ms to {Label(steps[^1])} at {Ms(steps[^1])} ms, {Format.Times(whole.Value)} in all{check}.";
        return new Chart("waterfall", alt, 124 + (36 * steps.Length), canvas => Draw(canvas, steps, $"Each step on top of the last: {Format.Times(whole.Value)} in all{check}", model.Caption));
    }

    /// <summary>The steps in their order: by the parameter "step" where there is one, else as measured.</summary>
    internal static CaseView[] Steps(ReportModel model) =>
        [.. Measured(model).Where(c => !c.IsAgain)
            .OrderBy(c => c.Number("step") ?? double.MaxValue).ThenBy(c => c.Run.Started).ThenBy(c => c.Run.Id, StringComparer.Ordinal)];

    /// <summary>The first step measured a second time, after all others: whether the machine stayed the same meanwhile.</summary>
    static CaseView? Again(ReportModel model) => Measured(model).FirstOrDefault(c => c.IsAgain);

    static IEnumerable<CaseView> Measured(ReportModel model) => model.Suite("Stacked").Where(c => c.Summary is not null);

    /// <summary>What the step is called.</summary>
    internal static string Label(CaseView step) =>
        step.Parameter("step") is { } name && Number().Replace(name, "") is { Length: > 0 } text ? text : step.Run.Variant;

    // The number in front only orders the steps.
    [GeneratedRegex(@"^\d+([-.: ]\s*|$)")]
    private static partial Regex Number();

    static string Ms(CaseView view) => Format.Significant(view.Summary!.Median);

    static void Draw(ChartCanvas canvas, CaseView[] steps, string title, string caption)
    {
        var high = steps.Max(s => s.Summary!.Median);
        canvas.Frame(
            title, caption, "latency of one operation, ms (median)", "",
            left: ChartLayout.LabelWidth(steps.Select(Label)), right: 150);
        canvas.XAxis(Ticks.Linear(0, high), 0, high * 1.02);
        canvas.Categories([.. steps.Select(Label)]);
        for (var i = 0; i < steps.Length; i++)
        {
            var now = steps[i].Summary!.Median;
            canvas.Bar(-i, 0, now, VariantStyle.Of(steps[i].Run.Variant).In(canvas.Theme));
            var text = $"{Format.Significant(now)} ms";
            var end = now;
            if (i > 0 && Estimate.Ratio(steps[i - 1], steps[i]) is { } gain)
            {
                // The pale part is what this step took off.
                var before = steps[i - 1].Summary!.Median;
                if (before > now) { canvas.Bar(-i, now, before, canvas.Theme.Grid); }
                end = Math.Max(before, now);
                text += $"  {Format.Times(gain.Value)}";
                canvas.HoverRow(-i, 0, end, $"{Label(steps[i])}: {Cells.Milliseconds(steps[i].Median!.Value)} ms, {Cells.Times(gain)} over the step before");
            }
            else
            {
                canvas.HoverRow(-i, 0, now, $"{Label(steps[i])}: {Cells.Milliseconds(steps[i].Median!.Value)} ms");
            }

            canvas.Text(text, end, -i, Alignment.MiddleLeft, offsetX: 8);
        }
    }
}
