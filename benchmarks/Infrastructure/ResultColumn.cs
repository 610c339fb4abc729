using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace DetrPerfLab.Benchmarks;

/// <summary>A column of BenchmarkDotNet's table that shows a figure of the joined result.</summary>
/// <param name="figure">What it shows.</param>
/// <param name="book">The results so far.</param>
sealed class ResultColumn(ResultFigure figure, ResultBook book) : IColumn
{
    internal static IColumn[] All(ResultBook book) => [.. ResultFigure.All.Select(figure => new ResultColumn(figure, book))];

    public string Id => $"Lab.{figure.Name}";
    public string ColumnName => figure.Name;
    public string Legend => figure.Legend;
    public bool AlwaysShow => true;
    public ColumnCategory Category => ColumnCategory.Custom;
    public int PriorityInCategory => 0;
    public bool IsNumeric => figure.IsNumeric;
    public UnitType UnitType => UnitType.Dimensionless;

    /// <summary>Columns that no row of the suite fills are left out.</summary>
    public bool IsAvailable(Summary summary) => summary.BenchmarksCases.Any(b => GetValue(summary, b) is not ("-" or ""));

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;
    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) => GetValue(summary, benchmarkCase);

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase) =>
        book.Find(ResultJoin.IdOf(benchmarkCase)) is { } result
            ? figure.Format(result, book.SpeedUpOf(result) is { } speedUp ? FormattableString.Invariant($"{speedUp:F2}x") : null) ?? "-"
            : "-";
}
