using Markdig;

namespace DetrPerfLab.Tests.Report;

/// <summary>Reports of made-up results, without drawing.</summary>
static class Reports
{
    static readonly MarkdownPipeline s_gitHub = new MarkdownPipelineBuilder().UsePipeTables().Build();

    internal static ReportModel Model(params IEnumerable<RunResult> results) => new(FakeResults.Machine, results, []);

    internal static ReportDocument Document(ReportModel model, Limits? limits = null, Section? comparison = null) =>
        ReportContent.Create(model, limits ?? new(), Answer.Find(model, limits ?? new()), comparison, withCharts: true);

    internal static string Markdown(ReportModel model, Limits? limits = null, Section? comparison = null) =>
        MarkdownPage.Write(Document(model, limits, comparison), "../plots");

    /// <summary>The Markdown page as GitHub shows it.</summary>
    internal static string OnGitHub(ReportModel model) => Markdig.Markdown.ToHtml(Markdown(model), s_gitHub);

    internal static string Html(ReportModel model) =>
        HtmlPage.Write(Document(model), DrawnCharts.None);
}
