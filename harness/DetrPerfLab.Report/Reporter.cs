namespace DetrPerfLab.Report;

/// <summary>Turns result files into charts and pages. Reads files only; needs no engine.</summary>
public static class Reporter
{
    /// <summary>Writes report.md, report.html and the charts of a results folder.</summary>
    /// <returns>What was written; where charts cannot be drawn here, the numbers without them and a warning.</returns>
    /// <exception cref="LabException">There are no results.</exception>
    public static ReportFiles Write(ReportOptions options)
    {
        var model = ReportFolder.Load(options.ResultsDir, options.Machine);
        var comparison = options.CompareDir is { } other
            ? CompareSection.Create(model, ReportFolder.Load(other), options.CompareAcrossMachines)
            : null;
        var answer = Answer.Find(model, options.Limits);
        var outDir = options.OutDir ?? options.ResultsDir;

        string[] warnings = [.. model.Problems];
        var (document, drawn) = (Document(withCharts: options.PlotsDir is not null), DrawnCharts.None);
        if (options.PlotsDir is { } plots)
        {
            try
            {
                Chart[] charts = [.. document.Sections.SelectMany(s => s.Blocks).OfType<Figure>().Select(f => f.Chart)];
                drawn = ChartWriter.Write(charts, plots, options.FontFolders);
            }
            catch (LabException lacking) when (lacking.ExitCode == ExitCode.Missing)
            {
                warnings = [.. warnings, lacking.Message];
                document = Document(withCharts: false);
            }
        }

        var markdown = Path.Combine(outDir, "report.md");
        var html = Path.Combine(outDir, "report.html");
        var toCharts = Path.GetRelativePath(outDir, options.PlotsDir ?? outDir).Replace('\\', '/');
        AtomicFile.WriteText(markdown, MarkdownPage.Write(document, toCharts));
        AtomicFile.WriteText(html, HtmlPage.Write(document, drawn.Svgs));
        var sentence = string.Concat(AnswerSection.Sentence(model, options.Limits, answer).Select(run => run.Text));
        return new ReportFiles(markdown, html, drawn.Paths, sentence, warnings);

        ReportDocument Document(bool withCharts) => ReportContent.Create(model, options.Limits, answer, comparison, withCharts);
    }
}
