using ScottPlot;

namespace DetrPerfLab.Report;

/// <summary>The cases of a suite over the commits that were measured, a row each, all on one scale: a level that changes is a step.</summary>
static class HistoryChart
{
    const int MostRows = 30; // of a picture
    const int MostTicks = 5; // commits that are named below the rows
    const int MostNotes = 6;
    const double Half = 0.36; // of a row's height of 1, from its middle
    const double Most = 0.42; // of a hollow point, however far off: it must not lie in another row
    static readonly double s_leastScale = Math.Log(1.1); // finer than that, noise would look like changes

    internal static IEnumerable<Chart> Create(HistoryModel model, IReadOnlyList<CaseHistory> suite)
    {
        CaseHistory[] drawn = [.. suite.Where(c => c.Trusted.Count > 0)];
        var columns = new HistoryColumns(drawn.SelectMany(c => c.Points), model.Breaks);
        if (columns.Count < 2) { yield break; } // one run has no history
        var (variants, names) = (drawn.DistinctBy(c => c.Points[^1].Run.Variant).Count() > 1, drawn.SelectMany(c => c.Points[^1].Run.Parameters.Keys).Distinct().Count() > 1);
        foreach (var (part, rows) in drawn.Chunk(MostRows).Select(chunk => (Row[])[.. chunk.Select(c => new Row(c.Label(variants, names), c))]).Index())
        {
            var title = Title(rows, columns);
            var alt = $"{title}. " + string.Join("; ", rows.Select(r => $"{r.Label} {string.Join(", then ", r.Case.Levels().Select(l => $"{Format.Significant(l.Ms)} ms from {Commit(l.Runs[0])}"))}")) + ".";
            yield return new Chart($"{NameOf(suite[0])}{(part > 0 ? $"-{part + 1}" : "")}", alt, 42 * rows.Length, canvas => Draw(canvas, rows, columns, title, model));
        }
    }

    // A result file comes from anywhere: what its suite is called must not lead to another folder.
    internal static string NameOf(CaseHistory shown) => $"history-{string.Concat(shown.Suite.Select(c => char.IsAsciiLetterOrDigit(c) ? char.ToLowerInvariant(c) : '-'))}";

    static string Commit(HistoryPoint point) => CommitNames.Short(point.Run.Commit);

    static string Title(Row[] rows, HistoryColumns columns)
    {
        var changed = rows.Where(r => r.Case.Changes.Count > 0).ToList();
        if (changed.Count == 0) { return $"{rows[0].Case.Suite}: no change beyond {Format.Percent(rows[0].Case.Limit)} in {columns.Count} runs"; }
        var (row, most) = changed.Select(r => (r, r.Case.Changes[^1])).MaxBy(p => Math.Abs(Math.Log(p.Item2.Ratio.Value))); // that still holds
        var percent = Format.Number(Math.Abs(most.Ratio.Value - 1) * 100, 0);
        return $"{rows[0].Case.Suite}: {row.Label} takes {percent} % {(most.Ratio.Value > 1 ? "longer" : "less")} since {Commit(most.At)}"
            + (rows.Length > 1 ? $"; {changed.Count} of {rows.Length} cases changed" : "");
    }

    static void Draw(ChartCanvas canvas, Row[] rows, HistoryColumns columns, string title, HistoryModel model)
    {
        var scale = Math.Max(s_leastScale, rows.Max(r => r.Case.Trusted.Max(p => Math.Max(Math.Log(p.Median!.Value.Upper / r.Middle), Math.Log(r.Middle / p.Median.Value.Lower)))));
        canvas.Frame(title, $"{model.Folder} · medians, whiskers: 95 % confidence; slower is higher, {Format.Percent(Math.Exp(scale) - 1)} from a row's middle to its edge; a change counts beyond {ChangePoints.Rule}",
            "commit that was measured, in the order of the runs", "", note: Note(rows, columns));
        canvas.XAxis(-0.6, columns.Count - 0.4, columns.Ticks(MostTicks));
        canvas.Categories([.. rows.Select(r => r.Label)]);
        foreach (var x in columns.Breaks) { canvas.Guide(x, 0.6, x, -rows.Length + 0.4); }
        foreach (var (index, row) in rows.Index())
        {
            DrawRow(canvas, row, columns, ms => -index + Math.Clamp(Half * Math.Log(ms / row.Middle) / scale, -Most, Most));
            canvas.TextAfter(string.Join(", ", [$"{Format.Significant(row.Case.Trusted[^1].Median!.Value.Value)} ms", .. row.Case.Changes.TakeLast(2).Select(c => c.Percent)]), columns.Count - 0.4, -index, bold: row.Case.Changes.Count > 0);
        }
    }

    static void DrawRow(ChartCanvas canvas, Row row, HistoryColumns columns, Func<double, double> yOf)
    {
        var style = VariantStyle.Of(row.Case.Points[^1].Run.Variant);
        var color = style.In(canvas.Theme);
        foreach (var (runs, ms) in row.Case.Levels())
        {
            // A level stands from its first run on to its last, and a little wider, so that that of one run is seen, too.
            canvas.Curve([columns[runs[0]] - 0.3, columns[runs[^1]] + 0.3], [yOf(ms), yOf(ms)], color.WithAlpha(0.35), width: 5);
        }

        foreach (var point in row.Case.Points.Where(p => p.Median is not null))
        {
            var (x, median) = (columns[point], point.Median!.Value);
            if (point.Doubt is null && median.HasWidth) { canvas.WhiskerY(x, yOf(median.Lower), yOf(median.Upper)); }
            canvas.Point(x, yOf(median.Value), color, point.Doubt is null ? style.Marker : Hollow(style.Marker), size: 8);
            canvas.Hover(x, yOf(median.Value), $"{row.Label} at {Commit(point)}, {Format.Day(point.Run.Started)}: {Cells.Milliseconds(median)} ms{(point.Doubt is { } doubt ? $"; decides nothing: {doubt}" : "")}");
        }
    }

    static MarkerShape Hollow(MarkerShape filled) => filled switch
    {
        MarkerShape.FilledDiamond => MarkerShape.OpenDiamond,
        MarkerShape.FilledTriangleUp => MarkerShape.OpenTriangleUp,
        MarkerShape.FilledSquare => MarkerShape.OpenSquare,
        _ => MarkerShape.OpenCircle,
    };

    static string? Note(Row[] rows, HistoryColumns columns)
    {
        List<string> notes = [];
        if (rows.Any(r => r.Case.Points.Any(p => p.Median is not null && p.Doubt is not null))) { notes.Add("hollow: contaminated, or too few samples; shown, but it decides nothing"); }
        if (columns.Breaks.Count > 0) { notes.Add("dashed: here another machine measured; it is never compared with this one"); }
        (Row Row, CaseChange Change)[] changes = [.. rows.SelectMany(r => r.Case.Changes.Select(c => (r, c)))];
        notes.AddRange(changes.OrderByDescending(p => Math.Abs(Math.Log(p.Change.Ratio.Value))).Take(MostNotes)
            .Select(p => $"{p.Row.Label}: {p.Change.Percent} {(p.Change.SameCode ? $"between two runs of {Commit(p.Change.At)}" : $"at {Commit(p.Change.At)}")}"));
        if (changes.Length > MostNotes) { notes.Add($"and {Format.Count(changes.Length - MostNotes, "smaller change")}"); }
        return notes.Count == 0 ? null : string.Join('\n', notes);
    }

    sealed record Row(string Label, CaseHistory Case)
    {
        /// <summary>Halfway between its slowest and its fastest run, milliseconds.</summary>
        internal double Middle { get; } = Math.Sqrt(Case.Trusted.Max(p => p.Median!.Value.Value) * Case.Trusted.Min(p => p.Median!.Value.Value));
    }
}
