using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using DetrPerfLab.Core;

namespace DetrPerfLab.Benchmarks.Infrastructure;

/// <summary>A column of BenchmarkDotNet's table that shows a figure of the joined result.</summary>
/// <param name="name">Header.</param>
/// <param name="legend">What it means, with its unit.</param>
/// <param name="book">The results so far.</param>
/// <param name="format">The cell; null for an empty one. Takes the result and its speed-up.</param>
sealed class ResultColumn(string name, string legend, ResultBook book, Func<RunResult, double?, string?> format) : IColumn
{
    const double Mebibyte = 1 << 20;

    internal static IColumn[] All(ResultBook book) =>
    [
        new ResultColumn("Variant", "What does the work", book, (r, _) => r.Variant),
        new ResultColumn("Case", "What the suite sets besides", book, (r, _) => string.Join(", ", r.Parameters.Select(p => $"{p.Key} {p.Value}"))),
        new ResultColumn("Median", "Median latency of one operation, ms", book, (r, _) => Summary(r) is { } s ? Digits(s.Median) : null),
        new ResultColumn("p90", "90th percentile, ms; empty below 64 samples, which it needs at 99 % confidence", book,
            (r, _) => Summary(r)?.P90.Value is { } p90 ? Digits(p90) : null),
        new ResultColumn("p99", "99th percentile, ms; empty below 662 samples", book, (r, _) => Summary(r)?.P99.Value is { } p99 ? Digits(p99) : null),
        new ResultColumn("Speed-up", "How many times faster an image than the first row that differs in what the suite varies only", book,
            (r, s) => s is { } speedUp ? Text($"{speedUp:F2}x") : null),
        new ResultColumn("Images/s", "Images a second at the median", book,
            (r, _) => Summary(r) is { } s ? Text($"{1000 * r.ImagesPerOperation / s.Median:F2}") : null),
        new ResultColumn("Allocated", "Managed memory allocated by one operation", book,
            (r, _) => r.Memory?.AllocatedBytesPerOperation is { } bytes ? Text($"{bytes:F0} B") : null),
        new ResultColumn("Peak RSS", "Largest resident memory of the case's processes in the memory pass", book,
            (r, _) => r.Memory?.PeakRssBytes is { } bytes ? Text($"{bytes / Mebibyte:F0} MiB") : null),
        new ResultColumn("Model", "Size of the artefact that was timed", book,
            (r, _) => r.Artefact is { } artefact ? Text($"{artefact.Bytes / Mebibyte:F1} MiB") : null),
        new ResultColumn("Max diff", "Largest difference of logits to the reference", book,
            (r, _) => r.Agreement is { } agreement ? Text($"{agreement.LogitsMaxAbs:0.0E+0}") : null),
        new ResultColumn("Machine", "Whether something disturbed the run", book, (r, _) => r.Contamination?.Verdict.ToString().ToLowerInvariant()),
    ];

    public string Id => $"Lab.{name}";
    public string ColumnName => name;
    public string Legend => legend;
    public bool AlwaysShow => true;
    public ColumnCategory Category => ColumnCategory.Custom;
    public int PriorityInCategory => 0;
    public bool IsNumeric => name is not ("Variant" or "Case" or "Machine");
    public UnitType UnitType => UnitType.Dimensionless;

    /// <summary>Columns that no row of the suite fills are left out.</summary>
    public bool IsAvailable(Summary summary) => summary.BenchmarksCases.Any(b => GetValue(summary, b) is not ("-" or ""));

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;
    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) => GetValue(summary, benchmarkCase);

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase) =>
        book.Find(ResultJoin.IdOf(benchmarkCase)) is { } result ? format(result, book.SpeedUpOf(result)) ?? "-" : "-";

    static SampleSummary? Summary(RunResult result) => SampleSummary.Of(result.SamplesMs);

    /// <summary>Four significant digits: operations last from microseconds to seconds.</summary>
    static string Digits(double ms) => ms.ToString(ms >= 1000 ? "F0" : ms >= 100 ? "F1" : ms >= 1 ? "F2" : "0.#####", CultureInfo.InvariantCulture);

    static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
