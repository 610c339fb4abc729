using System.Text;
using System.Xml.Linq;
using DetrPerfLab.Report;
using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Report;

/// <summary>What the charts of a fixed result set hold: their words, and what hovering shows.</summary>
/// <remarks>Not their paths nor the order in which words are drawn: those belong to the drawing library.</remarks>
public class ChartStructureTests
{
    [Fact]
    public void Charts_FixedResults_HoldTheSameWordsAndValues()
    {
        var model = new ReportModel(FakeResults.Machine, FakeResults.All, []);
        var answer = Answer.Find(model, new());
        var charts = ReportContent.Create(model, new(), answer, comparison: null, withCharts: true).Sections
            .SelectMany(s => s.Blocks).OfType<Figure>().Select(f => f.Chart);
        var structure = new StringBuilder();
        foreach (var chart in charts)
        {
            var svg = XDocument.Parse(ChartSvg.Draw(chart, ChartTheme.Light));
            structure.Append($"# {chart.Name}, {chart.Width} x {chart.Height}\n{chart.Alt}\n");
            foreach (var text in Named(svg, "text").Select(t => t.Value.Trim()).Order(StringComparer.Ordinal)) { structure.Append($"text {text}\n"); }
            foreach (var title in Named(svg, "title")) { structure.Append($"hover {title.Value}\n"); }
            structure.Append('\n');
        }

        Golden.Equal(structure.ToString(), "report", "charts.txt");
    }

    [Fact]
    public void Charts_BothThemes_DifferInColourOnly()
    {
        var model = new ReportModel(FakeResults.Machine, FakeResults.Precision, []);
        var chart = SpeedUpChart.Create(model).Chart!;

        var light = XDocument.Parse(ChartSvg.Draw(chart, ChartTheme.Light));
        var dark = XDocument.Parse(ChartSvg.Draw(chart, ChartTheme.Dark));

        Assert.Equal(Named(light, "text").Select(t => t.Value), Named(dark, "text").Select(t => t.Value));
        Assert.NotEqual(light.ToString(), dark.ToString());
    }

    [Fact]
    public void Chart_HoverOverABar_LiesOnThatBar()
    {
        var model = new ReportModel(FakeResults.Machine, FakeResults.Precision, []);
        var chart = SpeedUpChart.Create(model).Chart!;
        var svg = XDocument.Parse(ChartSvg.Draw(chart, ChartTheme.Light));

        // The name at the left of a row and its hovering rectangle are at the same height.
        var name = Named(svg, "text").Single(t => t.Value == "ort-int8-static");
        var y = double.Parse(name.Parent!.Attribute("transform")!.Value.Split(',', ')')[1], System.Globalization.CultureInfo.InvariantCulture);
        var mark = Named(svg, "title").Single(t => t.Value.StartsWith("ort-int8-static:")).Parent!;
        var top = (double)mark.Attribute("y")!;
        Assert.InRange(y, top, top + (double)mark.Attribute("height")!);
    }

    static IEnumerable<XElement> Named(XDocument svg, string name) => svg.Descendants().Where(e => e.Name.LocalName == name);
}
