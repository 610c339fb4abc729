using DetrPerfLab.Report;

namespace DetrPerfLab.Tests.Report;

/// <summary>Reports of made-up results, without drawing.</summary>
static class Reports
{
    internal static ReportModel Model(params IEnumerable<RunResult> results) => new(FakeResults.Machine, results, []);

    internal static ReportDocument Document(ReportModel model, Limits? limits = null, Section? comparison = null) =>
        ReportContent.Create(model, limits ?? new(), Answer.Find(model, limits ?? new()), comparison, withCharts: true);

    internal static string Markdown(ReportModel model, Limits? limits = null, Section? comparison = null) =>
        MarkdownPage.Write(Document(model, limits, comparison), "../plots");

    internal static string Html(ReportModel model) =>
        HtmlPage.Write(Document(model), new Dictionary<string, (string Light, string Dark)>());
}
