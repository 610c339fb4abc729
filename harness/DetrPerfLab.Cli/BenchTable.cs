using System.Globalization;
using DetrPerfLab.Core;
using DetrPerfLab.Engines;
using DetrPerfLab.Measure;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace DetrPerfLab.Cli;

/// <summary>The table of <c>detrlab bench</c>, while it runs and at its end.</summary>
static class BenchTable
{
    static readonly string[] s_headers = ["variant", "samples", "median ms", "95 % interval", "speed-up [95 %, by rounds]", "images/s"];

    /// <summary>With whom the others are compared: the registry's baseline where it takes part, else the first.</summary>
    internal static string BaselineOf(IReadOnlyList<string> variants) => variants.Contains(VariantRegistry.Baseline) ? VariantRegistry.Baseline : variants[0];

    /// <summary>The table with what is known so far.</summary>
    internal static IRenderable Live(BenchProgress progress)
    {
        var table = new Table().Border(TableBorder.Rounded);
        foreach (var (index, header) in s_headers.Append("now").Index())
        {
            table.AddColumn(new TableColumn(new Text(header)) { Alignment = index is 0 or 6 ? Justify.Left : Justify.Right, NoWrap = index != 6 });
        }

        foreach (var (row, cells) in progress.Rows.Zip(Cells(progress.Rows)))
        {
            table.AddRow([.. cells.Append(row.Gap is null ? Doing(row.State) : $"left out: {row.Gap}").Select(c => new Text(c))]);
        }

        var left = progress.Left is { } time ? $", {Duration(time)} left" : "";
        return new Rows(table, new Text($"round {Math.Min(progress.Round + 1, progress.Rounds)} of {progress.Rounds}{left}; Ctrl+C keeps the complete rounds"));
    }

    /// <summary>The table as plain text.</summary>
    internal static IEnumerable<string> Plain(IReadOnlyList<BenchRow> rows)
    {
        string[][] lines = [s_headers, .. Cells(rows)];
        var widths = Enumerable.Range(0, s_headers.Length).Select(c => lines.Max(l => l[c].Length)).ToArray();
        foreach (var line in lines)
        {
            yield return string.Join("  ", line.Select((cell, c) => c == 0 ? cell.PadRight(widths[c]) : cell.PadLeft(widths[c]))).TrimEnd();
        }
    }

    /// <summary>A line for logs.</summary>
    internal static string Line(BenchProgress progress)
    {
        var times = progress.Rows.Where(r => r.State != BenchState.Gap).Select(r => r.SamplesMs.Count == 0 ? $"{r.Variant} -" : Text($"{r.Variant} {r.SamplesMs[^1]:F1} ms"));
        return $"round {progress.Round} of {progress.Rounds}: {string.Join(", ", times)}{(progress.Left is { } left ? $"; {Duration(left)} left" : "")}";
    }

    static string[][] Cells(IReadOnlyList<BenchRow> rows)
    {
        var name = BaselineOf([.. rows.Select(r => r.Variant)]);
        double[] baseline = [.. rows.First(r => r.Variant == name).SamplesMs];
        return [.. rows.Select(row =>
        {
            if (SampleSummary.Of(row.SamplesMs) is not { } s) { return (string[])[row.Variant, "0", "-", "-", "-", "-"]; }
            return
            [
                row.Variant, $"{s.Count}", Text($"{s.Median:F1}"), s.MedianInterval is { } i ? Text($"{i.Lower:F1} to {i.Upper:F1}") : "-",
                Ratio(baseline, [.. row.SamplesMs], row.Variant == name), Text($"{1000 / s.Median:F2}"),
            ];
        })];
    }

    static string Ratio(double[] baseline, double[] samples, bool isBaseline)
    {
        var rounds = Math.Min(baseline.Length, samples.Length); // in a round that is under way, one of them may be ahead
        if (isBaseline) { return "1"; }
        if (rounds == 0) { return "-"; }
        (baseline, samples) = (baseline[..rounds], samples[..rounds]);
        return Bootstrap.PairedRatioOfMedians(baseline, samples) is { } ratio
            ? Text($"{ratio.Value:F2} [{ratio.Lower:F2}, {ratio.Upper:F2}]")
            : Text($"{Quantile.Median(baseline) / Quantile.Median(samples):F2}");
    }

    static string Doing(BenchState state) => state switch
    {
        BenchState.Opening => "loading, checking, warming up",
        BenchState.Measuring => "its turn",
        BenchState.MeasuringMemory => "memory pass",
        _ => "",
    };

    static string Duration(TimeSpan time) =>
        time.TotalSeconds < 90 ? Text($"{Math.Max(1, time.TotalSeconds):F0} s") : time.TotalMinutes < 90 ? Text($"{time.TotalMinutes:F0} min") : Text($"{time.TotalHours:F1} h");

    static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
