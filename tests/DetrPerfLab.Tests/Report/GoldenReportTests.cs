namespace DetrPerfLab.Tests.Report;

public class GoldenReportTests
{
    [Fact]
    public void Markdown_FixedResults_IsByteEqual() => Golden.Equal(Reports.Markdown(Reports.Model(FakeResults.All)), "report", "report.md");

    [Fact]
    public void Markdown_ResultsInAnotherOrder_IsTheSame() =>
        Assert.Equal(Reports.Markdown(Reports.Model(FakeResults.All)), Reports.Markdown(Reports.Model(FakeResults.All.Reverse())));
}
