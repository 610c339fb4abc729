using System.Buffers.Binary;
using System.Xml.Linq;
using DetrPerfLab.Tests;
using ScottPlot;

namespace DetrPerfLab.EngineTests.Report;

/// <summary>What the reporter needs of ScottPlot, from whichever source it came.</summary>
public class ScottPlotTests
{
    const string Hostile = "a & b <script>`touch pwned`</script> 'q' \"d\" $HOME @x \\n %s";

    [Fact]
    public void GetSvgXml_HostileText_IsTextAndNothingElse()
    {
        using var plot = Example();
        plot.Title(Hostile);
        plot.Add.Text(Hostile, 1, 1);
        plot.Axes.Bottom.SetTicks([0, 1, 2], [Hostile, "b", "9 %s \\n"]);

        var svg = XDocument.Parse(plot.GetSvgXml(400, 300));

        Assert.DoesNotContain(svg.Descendants(), e => e.Name.LocalName == "script");
        Assert.Equal(2, Words(svg).Count(text => text == Hostile));
        // Ticks: gnuplot has no room for more.
        Assert.Contains(Words(svg), text => text == Hostile[..45] + "…" || text == Hostile);
        Assert.Contains("9 %s \\n", Words(svg));
        Assert.False(File.Exists("pwned"));
    }

    [Fact]
    public void GetSvgXml_SamePlotTwice_IsEqual()
    {
        using var one = Example();
        using var two = Example();

        Assert.Equal(one.GetSvgXml(400, 300), two.GetSvgXml(400, 300));
    }

    [Fact]
    public void GetSvgXml_Size_IsThatOfThePicture()
    {
        using var plot = Example();
        var root = XDocument.Parse(plot.GetSvgXml(432, 321)).Root!;

        Assert.Equal(("432", "321"), ((string)root.Attribute("width")!, (string)root.Attribute("height")!));
    }

    [Fact]
    public void SavePng_ScaledByTwo_HasTheGivenPixels()
    {
        using var folder = new TempFolder();
        using var plot = Example();
        plot.ScaleFactor = 2;

        plot.SavePng(folder.File("a.png"), 800, 600);

        var bytes = File.ReadAllBytes(folder.File("a.png"));
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], bytes[..4]);
        Assert.Equal(800, BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(16)));
        Assert.Equal(600, BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(20)));
    }

    [Fact]
    public void GetSvgXml_NothingPlotted_StillHasAxes()
    {
        using var plot = new Plot();
        plot.Axes.SetLimits(0, 1, 0, 1);
        plot.XLabel("time, ms");

        Assert.Contains(Words(XDocument.Parse(plot.GetSvgXml(400, 300))), text => text.Contains("time, ms"));
    }

    static Plot Example()
    {
        var plot = new Plot();
        plot.Axes.SetLimits(0, 4, 0, 3);
        plot.Add.Bars((Bar[])[new Bar { Position = 1, Value = 2 }, new Bar { Position = 2, Value = 1 }]);
        plot.Add.Scatter((double[])[0, 1, 2], (double[])[1, 2, 0.5], Color.FromHex("#0072B2")).LegendText = "line";
        plot.Add.Line(0, 0, 4, 3);
        plot.PlottableList.Add(new ScottPlot.Plottables.ErrorBar([1], [2], null, null, [0.2], [0.1]));
        plot.ShowLegend(Alignment.UpperLeft);
        return plot;
    }

    static IEnumerable<string> Words(XDocument svg) => svg.Descendants().Where(e => e.Name.LocalName == "text").Select(e => e.Value);
}
