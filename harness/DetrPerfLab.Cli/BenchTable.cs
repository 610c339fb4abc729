using Spectre.Console;
using Spectre.Console.Rendering;
using static System.FormattableString;

namespace DetrPerfLab.Cli;

/// <summary>The table of <c>detrlab bench</c>, while it runs and at its end.</summary>
static class BenchTable
{
    internal static IRenderable Live(BenchProgress progress, string? baseline = null)
    {
        var (figures, cells) = Cells([.. progress.Rows.Select(SoFar)], baseline);
        var table = new Table().Border(TableBorder.Rounded);
        foreach (var figure in figures) { table.AddColumn(new TableColumn(new Text(figure.Heading)) { Alignment = figure.IsNumeric ? Justify.Right : Justify.Left, NoWrap = true }); }
        table.AddColumn(new TableColumn(new Text("Now")));
        foreach (var (row, line) in progress.Rows.Zip(cells))
        {
            table.AddRow([.. line.Append(row.Gap is null ? Doing(row.State) : $"left out: {row.Gap}").Select(c => new Text(c))]);
        }

        var left = progress.Left is { } time ? $", {Duration(time)} left" : "";
        return new Rows(table, new Text($"round {Math.Min(progress.Round + 1, progress.Rounds)} of {progress.Rounds}{left}; Ctrl+C keeps the complete rounds"));
    }

    internal static IEnumerable<string> Plain(IReadOnlyList<RunResult> results, string? baseline = null)
    {
        var (figures, cells) = Cells(results, baseline);
        string[][] lines = [[.. figures.Select(f => f.Heading)], .. cells];
        var widths = figures.Select((_, c) => lines.Max(l => l[c].Length)).ToArray();
        foreach (var line in lines)
        {
            yield return string.Join("  ", line.Select((cell, c) => figures[c].IsNumeric ? cell.PadLeft(widths[c]) : cell.PadRight(widths[c]))).TrimEnd();
        }
    }

    internal static string Line(BenchProgress progress)
    {
        var times = progress.Rows.Where(r => r.State != BenchState.Gap).Select(r => r.TurnMedians.Count == 0 ? $"{r.Variant} -" : Invariant($"{r.Variant} {r.TurnMedians[^1]:F1} ms"));
        return $"round {progress.Round} of {progress.Rounds}: {string.Join(", ", times)}{(progress.Left is { } left ? $"; {Duration(left)} left" : "")}";
    }

    static RunResult SoFar(BenchRow row) => RunResult.Unfiled(row.Variant) with { SamplesMs = row.TurnMedians };

    /// <summary>The columns that some row fills, and the rows' cells in them.</summary>
    static (IReadOnlyList<ResultFigure> Figures, string[][] Cells) Cells(IReadOnlyList<RunResult> results, string? chosen)
    {
        var name = chosen ?? LabResults.BaselineOf([.. results.Select(r => r.Variant)]);
        double[] baseline = [.. results.First(r => r.Variant == name).RoundsMs];
        var speedUps = results.Select(r => r.SamplesMs.Count == 0 ? null : Ratio(baseline, [.. r.RoundsMs], r.Variant == name)).ToArray();
        // All rows of a bench are of one case.
        var columns = ResultFigure.All.Where(f => f.Name != "Case").Select(f => (Figure: f, Cells: results.Select((r, i) => f.Format(r, speedUps[i])).ToArray()))
            .Where(c => c.Cells.Any(cell => !string.IsNullOrEmpty(cell))).ToArray();
        return ([.. columns.Select(c => c.Figure)], [.. results.Select((_, i) => columns.Select(c => c.Cells[i] ?? "-").ToArray())]);
    }

    static string Ratio(double[] baseline, double[] samples, bool isBaseline)
    {
        var rounds = Math.Min(baseline.Length, samples.Length); // in a round that is under way, one of them may be ahead
        if (isBaseline) { return "1"; }
        if (rounds == 0) { return "-"; }
        (baseline, samples) = (baseline[..rounds], samples[..rounds]);
        return Bootstrap.RatioOfMedians(baseline, samples, paired: true) is { } ratio
            ? Invariant($"{ratio.Value:F2} [{ratio.Lower:F2}, {ratio.Upper:F2}]")
            : Invariant($"{Quantile.Median(baseline) / Quantile.Median(samples):F2}");
    }

    static string Doing(BenchState state) => state switch
    {
        BenchState.Opening => "loading, checking, warming up",
        BenchState.Measuring => "its turn",
        BenchState.MeasuringMemory => "memory pass",
        _ => "",
    };

    static string Duration(TimeSpan time) =>
        time.TotalSeconds < 90 ? Invariant($"{Math.Max(1, time.TotalSeconds):F0} s") : time.TotalMinutes < 90 ? Invariant($"{time.TotalMinutes:F0} min") : Invariant($"{time.TotalHours:F1} h");
}
