namespace DetrPerfLab.Report;

/// <summary>What to report, where to, and what the reader can accept.</summary>
public sealed record ReportOptions
{
    /// <summary>Folder of result files: <c>&lt;machine&gt;/&lt;suite&gt;.json</c>, or the folder of one machine.</summary>
    public required string ResultsDir { get; init; }

    /// <summary>Part of the name of the machine's folder; null takes the machine that measured last.</summary>
    public string? Machine { get; init; }

    /// <summary>Folder that charts go to; null draws none.</summary>
    public string? PlotsDir { get; init; }

    /// <summary>Folder that report.md and report.html go to; null takes <see cref="ResultsDir"/>.</summary>
    public string? OutDir { get; init; }

    /// <summary>What the answer must keep to.</summary>
    public Limits Limits { get; init; } = new();

    /// <summary>A second results folder to set beside the first; null without one.</summary>
    public string? CompareDir { get; init; }

    /// <summary>Folders to look for fonts in; null takes the system's.</summary>
    internal IReadOnlyList<string>? FontFolders { get; init; }

    /// <summary>Compute ratios even where the two folders come from different machines or software; they are marked.</summary>
    public bool CompareAcrossMachines { get; init; }
}

/// <summary>What the reader can accept; null where anything will do.</summary>
/// <param name="MaxApLoss">AP points (of 100) that may be lost against the reference.</param>
/// <param name="MaxMemoryBytes">Largest peak of resident memory, bytes.</param>
/// <param name="MaxLatencyMs">Largest median latency of one operation, milliseconds.</param>
public sealed record Limits(double? MaxApLoss = null, double? MaxMemoryBytes = null, double? MaxLatencyMs = null);

/// <summary>What was written.</summary>
/// <param name="Markdown">Path of report.md.</param>
/// <param name="Html">Path of report.html.</param>
/// <param name="Charts">Paths of the pictures.</param>
/// <param name="Answer">The report's answer in one sentence.</param>
/// <param name="Warnings">What could not be read or drawn, one line each.</param>
public sealed record ReportFiles(string Markdown, string Html, IReadOnlyList<string> Charts, string Answer, IReadOnlyList<string> Warnings);
