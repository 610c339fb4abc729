using ScottPlot;

namespace DetrPerfLab.Report;

/// <summary>Turns result files into charts and pages. Reads files only; needs no engine.</summary>
public static class Reporter
{
    /// <summary>Writes report.md, report.html and the charts of a results folder; where none can be drawn here, the numbers alone, with a warning.</summary>
    public static ReportFiles Write(ReportOptions options)
    {
        var model = ReportFolder.Load(options.ResultsDir, options.Machine, options.Baseline);
        var comparison = options.CompareDir is { } other
            ? CompareSection.Create(model, ReportFolder.Load(other), options.CompareAcrossMachines)
            : null;
        var answer = Answer.Find(model, options.Limits);
        var outDir = options.OutDir ?? options.ResultsDir;
        var (markdown, html) = (Path.Combine(outDir, "report.md"), Path.Combine(outDir, "report.html"));
        using var writing = WrittenFiles.By("report"); // whichever command asked for it
        WrittenFiles.RequireOwn([markdown, html]);

        var sentence = string.Concat(AnswerSection.Sentence(model, options.Limits, answer).Select(run => run.Text));
        return WritePages(markdown, html, withCharts => ReportContent.Create(model, options.Limits, answer, comparison, withCharts), options.PlotsDir, sentence, model.Problems, options.FontFolders);
    }

    /// <summary>Writes the two pages of a document and its charts; where none can be drawn here, the numbers alone, with a warning.</summary>
    /// <param name="document">With its charts, or without.</param>
    /// <param name="plots">Folder of the charts; null draws none.</param>
    static ReportFiles WritePages(string markdown, string html, Func<bool, ReportDocument> document, string? plots, string answer, IReadOnlyList<string> warnings, IReadOnlyList<string>? fonts = null)
    {
        var (content, drawn) = (document(plots is not null), DrawnCharts.None);
        if (plots is not null)
        {
            try { drawn = ChartWriter.Write([.. content.Sections.SelectMany(s => s.Blocks).OfType<Figure>().Select(f => f.Chart)], plots, fonts); }
            catch (LabException lacking) when (lacking.ExitCode == ExitCode.Missing)
            {
                warnings = [.. warnings, lacking.Message];
                content = document(false);
            }
        }

        var folder = Path.GetDirectoryName(Path.GetFullPath(markdown))!;
        AtomicFile.WriteText(markdown, MarkdownPage.Write(content, Path.GetRelativePath(folder, plots ?? folder).Replace('\\', '/')));
        AtomicFile.WriteText(html, HtmlPage.Write(content, drawn));
        return new ReportFiles(markdown, html, drawn.Paths, answer, warnings);
    }

    /// <summary>Writes fleet.md, fleet.html and a heat map: machines beside each other, from a results folder each.</summary>
    /// <param name="prices">An hour's price by part of a machine's folder name; may be empty.</param>
    public static ReportFiles WriteFleet(IReadOnlyList<string> folders, IReadOnlyDictionary<string, double> prices, Limits limits, string outDir, bool withCharts)
    {
        var machines = FleetMachine.Load(folders, prices);
        var (markdown, html) = (Path.Combine(outDir, "fleet.md"), Path.Combine(outDir, "fleet.html"));
        WrittenFiles.RequireOwn([markdown, html]);
        var answers = FleetContent.Answers(machines, limits);
        return WritePages(
            markdown, html, charts => FleetContent.Create(machines, limits, answers, charts), withCharts ? outDir : null,
            string.Join('\n', answers.Select(line => string.Concat(line.Select(run => run.Text)))), [.. machines.SelectMany(m => m.Model.Problems.Select(p => $"{m.Name}: {p}"))]);
    }

    /// <summary>Writes the page on where each millisecond goes, as Markdown, from the results of a machine.</summary>
    /// <exception cref="LabException">The results hold no profile of the precision suite.</exception>
    public static void WriteHowFast(string resultsDir, string? machine, string path) =>
        AtomicFile.WriteText(path, MarkdownPage.Write(HowFastContent.Create(ReportFolder.Load(resultsDir, machine)), chartFolder: ""));
}

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
    public Limits Limits { get; init; } = new();

    /// <summary>The variant that others are compared with; null takes torch-fp32 where it was measured, else the first variant of the run.</summary>
    public string? Baseline { get; init; }

    /// <summary>A second results folder to set beside the first; null without one.</summary>
    public string? CompareDir { get; init; }

    /// <summary>Folders to look for fonts in; null takes the system's.</summary>
    internal IReadOnlyList<string>? FontFolders { get; init; }

    /// <summary>Compute ratios even where the two folders come from different machines or software; they are marked.</summary>
    public bool CompareAcrossMachines { get; init; }
}

/// <summary>
/// What the reader can accept; null where anything will do. AP points (of 100) that may be lost against the reference, the largest peak of resident
/// memory in bytes, the largest median latency of one operation in milliseconds, and, where no accuracy was measured, the share of the queries in [0, 1]
/// whose class may change.
/// </summary>
public sealed record Limits(double? MaxApLoss = null, double? MaxMemoryBytes = null, double? MaxLatencyMs = null, double? MaxClassChanges = null)
{
    internal const double DefaultApLoss = 1;
    internal const double DefaultClassChanges = 0.02;

    internal double ApLoss => MaxApLoss ?? DefaultApLoss;
    internal double ClassChanges => MaxClassChanges ?? DefaultClassChanges;
}

/// <summary>Paths of what was written, the report's answer in one sentence, and what could not be read or drawn, one line each.</summary>
public sealed record ReportFiles(string Markdown, string Html, IReadOnlyList<string> Charts, string Answer, IReadOnlyList<string> Warnings);

/// <summary>What draws the charts on this machine, and the face that their words are written in.</summary>
public static class ReportPackages
{
    public static IEnumerable<KeyValuePair<string, string>> Describe() =>
        [PackageVersion.Of("ScottPlot", typeof(Plot).Assembly), new("chart font", ChartText.Installed ?? "none found: no charts are drawn")];
}
