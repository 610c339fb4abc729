namespace DetrPerfLab.Report;

/// <summary>What to report, where to, and what the reader can accept.</summary>
public sealed record ReportOptions
{
    /// <summary>Folder of result files: <c>&lt;machine&gt;/&lt;suite&gt;.json</c>, or the folder of one machine.</summary>
    public required string ResultsDir { get; init; }

    /// <summary>Folder that charts go to; null writes none.</summary>
    public string? PlotsDir { get; init; }

    /// <summary>Folder that report.md goes to; the results folder by default.</summary>
    public string? OutDir { get; init; }
}

/// <summary>What was written.</summary>
/// <param name="Markdown">Path of report.md.</param>
/// <param name="Charts">Paths of the pictures.</param>
/// <param name="Warnings">What the report is lacking and why, one line each.</param>
public sealed record ReportFiles(string Markdown, IReadOnlyList<string> Charts, IReadOnlyList<string> Warnings);
