using System.Text.RegularExpressions;

namespace DetrPerfLab.Tests.Report;

public class PageTests
{
    const string Hostile = "a|b `c` <script>alert(1)</script> **d** [e](http://f) \" ' \n# g";

    static RunResult[] HostileResults { get; } = [.. FakeResults.Engine.Select((r, i) => i == 0
        ? r with { Variant = Hostile, Id = Hostile, Commit = Hostile, Suite = "Engine" + Hostile, Findings = [new(Hostile, Hostile, Hostile)], Gap = Hostile, SamplesMs = [] }
        : r)];

    [Fact]
    public void Markdown_HostileTexts_RenderAsText()
    {
        var html = Reports.OnGitHub(Reports.Model(HostileResults));

        Assert.DoesNotContain("<script", html);
        Assert.DoesNotContain("<a href=\"http://f\"", html);
        Assert.DoesNotContain("<strong>d</strong>", html);
    }

    [Fact]
    public void Markdown_Tables_HaveAsManyCellsAsHeadings()
    {
        var html = Reports.OnGitHub(Reports.Model([.. HostileResults, .. FakeResults.Precision]));

        foreach (Match table in Regex.Matches(html, "<table>.*?</table>", RegexOptions.Singleline))
        {
            var headings = Regex.Count(table.Value, "<th[ >]");
            var rows = Regex.Matches(table.Value, "<tr>.*?</tr>", RegexOptions.Singleline).Skip(1).ToArray();
            Assert.NotEmpty(rows);
            Assert.All(rows, row => Assert.Equal(headings, Regex.Count(row.Value, "<td[ >]")));
        }
    }

    [Fact]
    public void Markdown_FullRun_IsShort() => Assert.InRange(Reports.Markdown(Reports.Model(FakeResults.All)).Count(c => c == '\n'), 100, 250);

    /// <summary>What this repository measured, with every suite.</summary>
    [Fact]
    public void Markdown_ResultsOfThisRepository_IsShort() =>
        Assert.InRange(Reports.Markdown(ReportFolder.Load(Path.Combine(TestPaths.RepoRoot, "results"))).Count(c => c == '\n'), 1, 250);

    [Fact]
    public void Html_HostileTexts_StayText()
    {
        var page = Reports.Html(Reports.Model(HostileResults));

        Assert.Single(Regex.Matches(page, "<script"));
        Assert.Contains("&lt;script&gt;alert(1)", page);
    }

    [Fact]
    public void ChartSvg_Finish_NamesThePictureAndKeepsIdsApart()
    {
        var svg = ChartSvg.Finish(
            "<svg width=\"1\"><defs><path id='p'/></defs><use xlink:href='#p' fill=\"#abcdef\"/></svg>", "a < b & \"c\"", "x-", [new(1.25, -2, 3, 4, "<v>")]);

        Assert.Contains("<svg role=\"img\" aria-label=\"a &lt; b &amp; &quot;c&quot;\" width", svg);
        Assert.Contains("id='x-1'", svg);
        Assert.Contains("href='#x-1' fill=\"#abcdef\"", svg);
        Assert.Contains("<rect x=\"1.25\" y=\"-2\" width=\"3\" height=\"4\"><title>&lt;v&gt;</title></rect>", svg);
        System.Xml.Linq.XDocument.Parse(svg.Replace("xlink:", ""));
    }
}
