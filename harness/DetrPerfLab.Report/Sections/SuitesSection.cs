namespace DetrPerfLab.Report;

/// <summary>Every case that was measured, suite by suite.</summary>
static class SuitesSection
{
    static readonly Column[] s_columns =
    [
        new("variant"),
        new("case"),
        new("latency, ms", Numeric: true, Help: "median of one operation; 95 % interval below"),
        new("p90, ms", Numeric: true),
        new("p99, ms", Numeric: true),
        new("images/s", Numeric: true),
        new("managed", Numeric: true, Help: "managed bytes allocated by one operation"),
        new("peak, MiB", Numeric: true),
        new("verdict"),
    ];

    internal static Section Create(ReportModel model)
    {
        var blocks = new List<Block>();
        foreach (var suite in model.Cases.GroupBy(c => c.Run.Suite).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            blocks.Add(new SubHeading(suite.Key));
            blocks.Add(new Table($"Every case of the suite {suite.Key}", s_columns, [.. suite.Select(Row)]) { Long = true });
        }

        return new Section("suites", "Every case", blocks);
    }

    static IReadOnlyList<Cell> Row(CaseView view) =>
    [
        new(Inline.Code(view.Run.Variant), hint: view.Run.Id),
        new(view.ParameterText),
        Cells.Latency(view),
        Cells.Percentile(view, s => s.P90),
        Cells.Percentile(view, s => s.P99),
        Cells.ImagesPerSecond(view),
        Cells.Allocation(view),
        Cells.PeakMemory(view),
        Cells.Verdict(view),
    ];
}
