using System.Text;

namespace DetrPerfLab.Core;

/// <summary>A suite's results as a table for spreadsheets and scripts: a row a case. A copy: whoever reads results reads the JSON beside it.</summary>
/// <remarks>Source: RFC 4180. Numbers with a point and all their digits; a figure that is not known is empty. A column may be added at the end, none renamed.</remarks>
static class ResultCsv
{
    const double Mebibyte = 1 << 20;

    sealed record Row(RunResult Result, SampleSummary? Summary, double? SpeedUp);

    static readonly (string Head, Func<Row, object?> Cell)[] s_columns =
    [
        ("id", r => r.Result.Id),
        ("suite", r => r.Result.Suite),
        ("variant", r => r.Result.Variant),
        ("parameters", r => string.Join("; ", r.Result.Parameters.Select(p => $"{p.Key}: {p.Value}"))),
        ("samples", r => r.Result.SamplesMs.Count),
        ("median (ms)", r => r.Summary?.Median),
        ("median's 95 % from (ms)", r => r.Summary?.MedianInterval?.Lower),
        ("median's 95 % to (ms)", r => r.Summary?.MedianInterval?.Upper),
        ("p90 (ms)", r => r.Summary?.P90.Value),
        ("p99 (ms)", r => r.Summary?.P99.Value),
        ("images/s", r => r.Result.ImagesPerSecond),
        ("speed-up (x)", r => r.SpeedUp),
        ("peak RSS (MiB)", r => r.Result.Memory?.PeakRssBytes / Mebibyte),
        ("model (MiB)", r => r.Result.Artefact?.Bytes / Mebibyte),
        ("AP (0 to 1)", r => r.Result.CocoAp),
        ("top-1 (0 to 1)", r => r.Result.Top1),
        ("contamination", r => r.Result.Contamination?.Verdict.ToString().ToLowerInvariant()),
        ("gap", r => r.Result.Gap),
        ("AP of the trained stand-in (0 to 1)", r => r.Result.StandIn?.CocoAp),
    ];

    internal static string Of(IReadOnlyList<RunResult> results, Func<RunResult, IReadOnlyList<RunResult>, double?> speedUpOf)
    {
        var text = new StringBuilder();
        Line(s_columns.Select(c => c.Head));
        foreach (var result in results)
        {
            var row = new Row(result, SampleSummary.Of(result), speedUpOf(result, results));
            Line(s_columns.Select(c => Convert.ToString(c.Cell(row), CultureInfo.InvariantCulture)));
        }

        return text.ToString();

        void Line(IEnumerable<string?> cells) => text.AppendJoin(',', cells.Select(Quoted)).Append("\r\n");
    }

    static string Quoted(string? cell) => cell.AsSpan().ContainsAny(",\"\r\n") ? $"\"{cell!.Replace("\"", "\"\"")}\"" : cell ?? "";
}
