namespace DetrPerfLab.Report;

/// <summary>Results of one machine over commits: what changed, and from which commit on. It advises; the gate decides.</summary>
public static class HistoryReporter
{
    /// <summary>Reads, finds changes, draws a chart a suite; where none can be drawn here, the text alone, with a warning.</summary>
    public static HistoryReport Write(HistoryOptions options)
    {
        var stored = options.FromDir is { } from ? FolderResults.Read(from) : GitResults.Read(options.ResultsDir);
        var model = HistoryModel.Of(stored, options.Machine, options.CasePattern);
        var page = new HistoryPage(model, stored.Problems, new(options.FromDir ?? options.ResultsDir, LabPaths.Root));
        Chart[] charts = [.. model.Cases.GroupBy(HistoryChart.NameOf).SelectMany(suite => HistoryChart.Create(model, [.. suite])).DistinctBy(c => c.Name)];
        try
        {
            return new(page.Lines(), page.Facts(), charts.Length == 0 ? [] : ChartWriter.Write(charts, options.OutDir).Paths, stored.Problems);
        }
        catch (LabException lacking) when (lacking.ExitCode == ExitCode.Missing)
        {
            return new(page.Lines(), page.Facts(), [], [.. stored.Problems, lacking.Message]);
        }
    }
}

/// <summary>Which results, and where the charts go.</summary>
public sealed record HistoryOptions
{
    /// <summary>The results folder whose git history is read.</summary>
    public required string ResultsDir { get; init; }

    /// <summary>Folder of stored results, read in place of a git history; null without one.</summary>
    public string? FromDir { get; init; }

    /// <summary>Which ids, with * and ?; null takes all.</summary>
    public string? CasePattern { get; init; }

    /// <summary>Part of the name of the machine's folder, for example its fingerprint; null takes the machine that measured last.</summary>
    public string? Machine { get; init; }
    public required string OutDir { get; init; }
}

/// <summary>The text for a person, the same as facts for JSON, the charts' paths, and what was passed over or lacks, one line each.</summary>
public sealed record HistoryReport(IReadOnlyList<string> Lines, object Facts, IReadOnlyList<string> Charts, IReadOnlyList<string> Warnings);
