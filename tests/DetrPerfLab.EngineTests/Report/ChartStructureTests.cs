using System.Buffers.Binary;
using System.Text;
using System.Xml.Linq;
using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Report;

/// <summary>What the charts of a fixed result set hold: their words, and what hovering shows.</summary>
/// <remarks>Neither their paths nor their ticks nor where lines break: those follow from the drawing library and from the face that a machine has.</remarks>
public class ChartStructureTests
{
    const string Hostile = "ort-a & b <script>`touch pwned`</script> 'q' \"d\" $HOME @x %s";

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
            using var canvas = chart.On(ChartTheme.Light);
            structure.Append($"# {chart.Name}, data of {chart.DataHeight} pixels\n{chart.Alt}\n");
            foreach (var text in canvas.Words) { structure.Append($"text {text}\n"); }
            foreach (var hover in canvas.Hovers) { structure.Append($"hover {hover.Text}\n"); }
            structure.Append('\n');
        }

        Golden.Equal(structure.ToString(), "report", "charts.txt");
    }

    [Fact]
    public void Svg_BothThemes_DifferInColourOnly()
    {
        var light = XDocument.Parse(ChartSvg.Draw(SpeedUps(), ChartTheme.Light));
        var dark = XDocument.Parse(ChartSvg.Draw(SpeedUps(), ChartTheme.Dark));

        Assert.Equal(Named(light, "text").Select(t => t.Value), Named(dark, "text").Select(t => t.Value));
        Assert.NotEqual(light.ToString(), dark.ToString());
    }

    [Fact]
    public void Svg_SameChartTwice_IsEqual() => Assert.Equal(ChartSvg.Draw(SpeedUps(), ChartTheme.Light), ChartSvg.Draw(SpeedUps(), ChartTheme.Light));

    [Fact]
    public void Svg_Words_AreTextInASansFaceAndWhole()
    {
        var texts = Named(XDocument.Parse(ChartSvg.Draw(SpeedUps(), ChartTheme.Light)), "text").ToArray();

        Assert.Contains(texts, t => t.Value == "ort-int8-static");
        Assert.All(texts, t => Assert.EndsWith(", sans-serif", t.Attribute("font-family")!.Value));
        Assert.All(texts, t => Assert.DoesNotContain(',', t.Attribute("x")!.Value)); // not letter by letter
    }

    [Fact]
    public void Svg_Root_ScalesWithThePage()
    {
        var root = XDocument.Parse(ChartSvg.Draw(SpeedUps(), ChartTheme.Light)).Root!;

        Assert.Equal($"0 0 {(int)root.Attribute("width")!} {(int)root.Attribute("height")!}", root.Attribute("viewBox")!.Value);
    }

    [Fact]
    public void Svg_HostileName_IsTextAndNothingElse()
    {
        var model = new ReportModel(FakeResults.Machine, FakeResults.Precision.Select(r => r.Variant == "ort-fp32" ? r with { Variant = Hostile } : r), []);

        var svg = XDocument.Parse(ChartSvg.Draw(SpeedUpOf(model), ChartTheme.Light));

        Assert.DoesNotContain(svg.Descendants(), e => e.Name.LocalName == "script");
        Assert.Contains(Named(svg, "text"), t => t.Value.StartsWith("ort-a & b <") && t.Value.EndsWith("@x %s"));
        Assert.Contains(Named(svg, "title"), t => t.Value.StartsWith(Hostile));
    }

    [Fact]
    public void Png_ScaledByTwo_HasTwiceThePixels()
    {
        using var canvas = SpeedUps().On(ChartTheme.Light);

        var bytes = canvas.ToPng(scale: 2);

        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], bytes[..4]);
        Assert.Equal(2 * 700, BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(16)));
        Assert.Equal(2 * canvas.Height, BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(20)));
    }

    static DetrPerfLab.Report.Chart SpeedUps() => SpeedUpOf(new ReportModel(FakeResults.Machine, FakeResults.Precision, []));

    static DetrPerfLab.Report.Chart SpeedUpOf(ReportModel model) => SpeedUpChart.Create(model, Answer.Find(model, new())).Chart!;

    static IEnumerable<XElement> Named(XDocument svg, string name) => svg.Descendants().Where(e => e.Name.LocalName == name);
}
