using DetrPerfLab.Core;

namespace DetrPerfLab.Report;

/// <summary>Cells that several tables share, each with the reason where it is empty.</summary>
static class Cells
{
    internal static Cell Latency(CaseView view) => view.Summary is not { } summary
        ? Cell.Empty(view.Gap!)
        : new(Milliseconds(view.Median!.Value), summary.Median, Spread(summary));

    /// <summary>Median and interval, for example <c>412 [408, 417]</c>.</summary>
    internal static string Milliseconds(Estimate median) => median.Interval is { } interval
        ? $"{Format.Significant(median.Value)} [{Format.Significant(interval.Lower)}, {Format.Significant(interval.Upper)}]"
        : Format.Significant(median.Value);

    internal static string Spread(SampleSummary summary) =>
        $"{Format.Count(summary.Count, "sample")}, MAD {Format.Significant(summary.Mad)} ms, {Format.Count(summary.Outliers, "outlier")}" +
        (summary.MedianInterval is null ? $"; an interval needs {Bootstrap.LeastSamples} samples" : "");

    /// <summary>Factor and interval, for example <c>2.41× [2.31, 2.55]</c>.</summary>
    internal static string Times(Estimate ratio) => ratio is { HasWidth: true, Interval: { } interval }
        ? $"{Format.Times(ratio.Value)} [{Format.Number(interval.Lower, ratio.Value < 10 ? 2 : 1)}, {Format.Number(interval.Upper, ratio.Value < 10 ? 2 : 1)}]"
        : Format.Times(ratio.Value);

    internal static Cell SpeedUp(CaseView view) => view.SpeedUp is { } ratio
        ? new(Times(ratio), ratio.Value)
        : Cell.Empty(view.Gap ?? $"{ReportModel.Baseline} was not measured in the same run");

    internal static Cell Percentile(CaseView view, Func<SampleSummary, Percentile> of) => view.Summary is not { } summary
        ? Cell.Empty(view.Gap!)
        : of(summary) is { Value: { } value } ? new(Format.Significant(value), value) : Cell.Empty(of(summary).Reason!);

    internal static Cell ImagesPerSecond(CaseView view) => view.ImagesPerSecond is { } rate ? new(Format.Significant(rate), rate) : Cell.Empty(view.Gap!);

    internal static Cell Allocation(CaseView view) => view.Run.Memory?.AllocatedBytesPerOperation is { } bytes
        ? new(Format.Bytes(bytes), bytes)
        : Cell.Empty(view.Gap ?? "allocations were not measured");

    internal static Cell PeakMemory(CaseView view) => view.Run.Memory?.PeakRssBytes is { } bytes
        ? new(Format.Mebibytes(bytes), bytes)
        : Cell.Empty(view.Gap ?? "peak memory was not measured, or this system cannot tell it");

    internal static Cell ModelSize(CaseView view) => view.Run.Artefact is { } artefact
        ? new(Format.Mebibytes(artefact.Bytes), artefact.Bytes, $"{artefact.Name}, sha256 {artefact.Sha256}")
        : Cell.Empty(view.Gap ?? "no artefact was stored");

    internal static Cell Difference(CaseView view)
    {
        if (view.Run.Agreement is not { } agreement) { return Cell.Empty(view.Gap ?? "outputs were not compared"); }
        return new(
            $"{Format.Scientific(agreement.LogitsMaxAbs)} / {Format.Scientific(agreement.BoxesMaxAbs)}", agreement.LogitsMaxAbs,
            $"against {agreement.Reference}: largest difference of logits, and of boxes as a fraction of the image");
    }
}
