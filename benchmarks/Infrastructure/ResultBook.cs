using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using DetrPerfLab.Cli;

namespace DetrPerfLab.Benchmarks;

/// <summary>The results of this run, each stored as soon as its case has ended, and how the screen shows them.</summary>
sealed class ResultBook(ResultStore store, MachineInfo machine)
{
    const int BarWidth = 40;

    readonly List<RunResult> _results = [];

    internal IReadOnlyList<RunResult> Results => _results;

    /// <summary>Stores a result, in place of an earlier one of the same id; nothing of it is lost when the run is interrupted later.</summary>
    internal void Add(RunResult result)
    {
        store.Merge(machine, result.Suite, result);
        var at = _results.FindIndex(r => r.Id == result.Id);
        if (at < 0) { _results.Add(result); }
        else { _results[at] = result; }
    }

    internal RunResult? Find(string id) => _results.Find(r => r.Id == id);

    /// <summary>Whether nothing more is to be measured of a case: it did not fail, and where it was contaminated it was measured again often enough.</summary>
    internal static bool IsSettled(RunResult result) => result is not { Gap: not null, GapIsLack: false } && !RepetitionInfo.IsDue(result);

    internal void Recall(IReadOnlyList<string> ids) => _results.AddRange(ResultStore.Read(store.FolderOf(machine)).Results.Where(r => ids.Contains(r.Id)));

    /// <summary>Speed-up per image over the first row of the suite that differs in nothing but what the suite varies; null where either has no samples.</summary>
    internal double? SpeedUpOf(RunResult result) => LabResults.SpeedUpOf(result, _results);

    /// <summary>One bar a row that has something to be compared with; nothing for suites without.</summary>
    internal void WriteSpeedUps(IReadOnlyList<RunResult> suite, TextWriter output)
    {
        var speedUps = suite
            .Select(r => (Row: SuiteCase.LabelOf(r.Variant, r.Parameters.Select(p => (p.Key, p.Value))), Value: SpeedUpOf(r) ?? 0, Mark: r.IsContaminated ? ", contaminated: it decides nothing" : ""))
            .Where(s => s.Value > 0)
            .ToList();
        if (speedUps.Count < 2) { return; }
        var (most, width) = (speedUps.Max(s => s.Value), speedUps.Max(s => s.Row.Length));
        output.WriteLine();
        output.WriteLine($"{suite[0].Suite}: speed-up, x");
        foreach (var (row, value, mark) in speedUps)
        {
            var bar = new string('█', Math.Max(1, (int)Math.Round(value / most * BarWidth)));
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {row.PadRight(width)} {bar} {value:F2}{mark}"));
        }

        output.WriteLine();
    }

    /// <summary>A column of BenchmarkDotNet's table that shows a figure of the filed result.</summary>
    internal sealed class Column(ResultFigure figure, ResultBook book) : IColumn
    {
        internal static IColumn[] All(ResultBook book) => [.. ResultFigure.All.Select(figure => new Column(figure, book))];

        public string Id => $"Lab.{figure.Name}";
        public string ColumnName => figure.Heading;
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
            book.Find(SuiteCase.IdOf(benchmarkCase)) is { } result
                ? figure.Format(result, book.SpeedUpOf(result) is { } speedUp ? FormattableString.Invariant($"{speedUp:F2}") : null) ?? "-"
                : "-";
    }
}
