using ScottPlot;

namespace DetrPerfLab.Report;

/// <summary>Each variant as a share of the measured peak.</summary>
static class PeakChart
{
    internal static Drawing Create(ReportModel model)
    {
        CaseView[] cases = [.. model.Effects.Where(c => Share(c) is not null)];
        if (cases.Length == 0) { return Drawing.None("share of peak: the machine's peak was not measured, or operations were not counted"); }
        var title = Title(cases);
        var alt = (title is null ? "" : $"{title}. ") + "Share of the machine's measured peak: " + string.Join(", ", cases.Select(c => $"{c.Run.Variant} {Format.Percent(Share(c)!.Value)}")) + ".";
        return new Chart("peak-share", alt, 36 * cases.Length, canvas => Draw(canvas, cases, title, model.Caption));
    }

    /// <summary>Operations/s over the measured peak; null where either is not known.</summary>
    internal static double? Share(CaseView view) => view is { Run.Flops: > 0 and var flops, Run.Peak: { GflopsPerSecond: > 0 } peak, Summary: { } summary }
        ? flops / (summary.Median / 1000) / (peak.GflopsPerSecond * 1e9)
        : null;

    // From the least share to the most, where their intervals tell them apart.
    static string? Title(CaseView[] cases)
    {
        CaseView[] clean = [.. cases.Where(c => !c.IsContaminated && c.Median?.Interval is not null).OrderBy(Share)];
        return clean is [var least, .., var most] && Share(least) * least.Median!.Value.Value / least.Median.Value.Lower < Share(most) * most.Median!.Value.Value / most.Median.Value.Upper
            ? $"{Format.Percent(Share(least)!.Value)} ({least.Run.Variant}) to {Format.Percent(Share(most)!.Value)} ({most.Run.Variant}) of the measured peak"
            : null;
    }

    static string Of(PeakInfo peak) => $"of {Format.Significant(peak.GflopsPerSecond)} GOP/s {peak.Precision}";

    static void Draw(ChartCanvas canvas, CaseView[] cases, string? title, string caption)
    {
        canvas.Frame(
            title ?? "Share of this machine's measured peak", caption, "per cent of the measured peak of the same precision and number of threads", "",
            note: Disturbed.Note(cases));
        var most = Math.Max(100, 100 * cases.Max(c => Share(c)!.Value));
        canvas.XAxis(0, most, " %");
        canvas.Categories([.. cases.Select(c => c.Run.Variant)]);
        for (var i = 0; i < cases.Length; i++)
        {
            var share = Share(cases[i])!.Value;
            var peak = cases[i].Run.Peak!;
            canvas.Bar(-i, 0, 100 * share, VariantStyle.Of(cases[i].Run.Variant).In(canvas.Theme));
            canvas.Text(Format.Percent(share) + Disturbed.Mark(cases[i]), 100 * share, -i, Alignment.MiddleLeft, offsetX: 8, bold: true);
            canvas.TextAfter(Of(peak), most, -i, offset: 52, color: canvas.Theme.Faint);
            canvas.HoverRow(-i, 0, 100 * share,
                $"{cases[i].Run.Variant}: {Format.Significant(share * peak.GflopsPerSecond)} of {Format.Significant(peak.GflopsPerSecond)} GOP/s ({peak.Precision})");
        }

        VariantStyle.Legend(canvas, cases);
    }
}
