using DetrPerfLab.Core;

namespace DetrPerfLab.Report;

/// <summary>Turns result files into charts and pages. Reads files only; needs no engine.</summary>
public static class Reporter
{
    /// <summary>Writes the report of a results folder.</summary>
    /// <returns>What was written.</returns>
    /// <exception cref="LabException">There are no results, or charts cannot be drawn here.</exception>
    public static ReportFiles Write(ReportOptions options)
    {
        var model = ReportFolder.Load(options.ResultsDir);
        var document = ReportContent.Create(model);
        var outDir = options.OutDir ?? options.ResultsDir;
        IReadOnlyList<string> charts = [];
        if (options.PlotsDir is { } plots)
        {
            charts = ChartWriter.Write([.. document.Sections.SelectMany(s => s.Blocks).OfType<Figure>().Select(f => f.Chart)], plots);
        }

        var page = Path.Combine(outDir, "report.md");
        var toCharts = Path.GetRelativePath(outDir, options.PlotsDir ?? outDir).Replace('\\', '/');
        AtomicFile.WriteText(page, MarkdownPage.Write(document, toCharts));
        return new ReportFiles(page, charts, model.Problems);
    }
}
