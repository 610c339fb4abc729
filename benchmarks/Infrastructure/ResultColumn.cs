using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using DetrPerfLab.Core;
using DetrPerfLab.Engines;

namespace DetrPerfLab.Benchmarks.Infrastructure;

/// <summary>A column of BenchmarkDotNet's table that shows a figure of the joined result.</summary>
/// <param name="name">Header.</param>
/// <param name="legend">What it means, with its unit.</param>
/// <param name="results">Joins samples and facts.</param>
/// <param name="format">The cell; null for an empty one. Takes the result and the baseline's in the same suite.</param>
sealed class ResultColumn(string name, string legend, ResultJoin results, Func<RunResult, RunResult?, string?> format) : IColumn
{
    const double Mebibyte = 1 << 20;

    internal static IColumn[] All(ResultJoin results) =>
    [
        new ResultColumn("Median", "Median latency of one forward pass", results, (r, _) => Summary(r) is { } s ? Text($"{s.Median:F1} ms") : null),
        new ResultColumn("p90", "90th percentile; empty below 64 samples, which it needs at 99 % confidence", results,
            (r, _) => Summary(r)?.P90.Value is { } p90 ? Text($"{p90:F1} ms") : null),
        new ResultColumn("Speed-up", $"Median of {VariantRegistry.Baseline} in this run over the median", results,
            (r, b) => b is not null && Summary(r) is { } s && Summary(b) is { } sb ? Text($"{sb.Median / s.Median:F2}x") : null),
        new ResultColumn("Images/s", "Images a second at the median", results,
            (r, _) => Summary(r) is { } s ? Text($"{1000 * r.ImagesPerOperation / s.Median:F2}") : null),
        new ResultColumn("Allocated", "Managed memory allocated by one forward pass", results,
            (r, _) => r.Memory?.AllocatedBytesPerOperation is { } bytes ? Text($"{bytes:F0} B") : null),
        new ResultColumn("Peak RSS", "Largest resident memory of the case's process while it ran", results,
            (r, _) => r.Memory?.PeakRssBytes is { } bytes ? Text($"{bytes / Mebibyte:F0} MiB") : null),
        new ResultColumn("Model", "Size of the artefact that was timed", results,
            (r, _) => r.Artefact is { } artefact ? Text($"{artefact.Bytes / Mebibyte:F1} MiB") : null),
        new ResultColumn("Max diff", "Largest difference of logits to the reference", results,
            (r, _) => r.Agreement is { } agreement ? Text($"{agreement.LogitsMaxAbs:0.0E+0}") : null),
    ];

    public string Id => $"Lab.{name}";
    public string ColumnName => name;
    public string Legend => legend;
    public bool AlwaysShow => true;
    public ColumnCategory Category => ColumnCategory.Custom;
    public int PriorityInCategory => 0;
    public bool IsNumeric => true;
    public UnitType UnitType => UnitType.Dimensionless;

    public bool IsAvailable(Summary summary) => true;
    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;
    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) => GetValue(summary, benchmarkCase);

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase)
    {
        var all = results.Join(summary);
        var id = ResultJoin.IdOf(benchmarkCase);
        return format(all.First(r => r.Id == id), all.FirstOrDefault(r => r.Variant == VariantRegistry.Baseline && r.SamplesMs.Count > 0)) ?? "-";
    }

    static SampleSummary? Summary(RunResult result) => SampleSummary.Of(result.SamplesMs);

    static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
