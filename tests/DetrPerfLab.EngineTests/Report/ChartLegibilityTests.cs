using System.Text.RegularExpressions;
using System.Xml.Linq;
using DetrPerfLab.Tests;
using ScottPlot;
using ScottPlot.Plottables;
using SkiaSharp;
using Chart = DetrPerfLab.Report.Chart;

namespace DetrPerfLab.EngineTests.Report;

/// <summary>Every chart, with one row and with twenty, with names too long for it, light and dark: nothing is cut off and no two words lie on each other.</summary>
public class ChartLegibilityTests
{
    static readonly string[] s_names =
        ["accuracy", "batches", "chunking", "classifiers", "gc-modes", "history-precision", "modules", "peak-share", "resolution", "speedup", "threads", "waterfall"];

    public static TheoryData<string, int, bool> Cases =>
        [.. from name in s_names from rows in (int[])[1, 20] from dark in (bool[])[false, true] select (name, rows, dark)];

    [Fact]
    public void Charts_ManyResults_AreAllThere() => Assert.Equal(s_names, s_charts[1].Select(c => c.Name).Order());

    [Theory]
    [MemberData(nameof(Cases))]
    public void Chart_Edges_AreBackground(string name, int rows, bool dark)
    {
        const int Margin = 3;
        var theme = dark ? ChartTheme.Dark : ChartTheme.Light;
        using var canvas = Chart(name, rows).On(theme);
        using var picture = SKBitmap.Decode(canvas.ToPng());
        var background = new SKColor(theme.Background.R, theme.Background.G, theme.Background.B);

        for (var y = 0; y < picture.Height; y++)
        {
            for (var x = 0; x < picture.Width; x++)
            {
                if (x >= Margin && y >= Margin && x < picture.Width - Margin && y < picture.Height - Margin) { continue; }
                if (picture.GetPixel(x, y) != background) { Assert.Fail($"ink at ({x}, {y}) of {picture.Width} x {picture.Height}"); }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Chart_Words_LieInThePictureAndApart(string name, int rows, bool dark)
    {
        var svg = XDocument.Parse(ChartSvg.Draw(Chart(name, rows), dark ? ChartTheme.Dark : ChartTheme.Light));
        var (width, height) = ((float)svg.Root!.Attribute("width")!, (float)svg.Root.Attribute("height")!);
        (string Text, SKRect Box)[] words = [.. Named(svg, "text").Where(t => t.Value.Trim().Length > 0).Select(t => (t.Value.Trim(), Box(t)))];

        Assert.All(words, w => Assert.True(new SKRect(2, 2, width - 2, height - 2).Contains(w.Box), $"'{w.Text}' at {w.Box} of {width} x {height}"));
        foreach (var (i, one) in words.Index())
        {
            // Two pixels: boxes hold room for accents that no word here has.
            Assert.All(words.Skip(i + 1), other => Assert.False(
                SKRect.Intersect(one.Box, other.Box) is { Width: > 2, Height: > 2 }, $"'{one.Text}' at {one.Box} and '{other.Text}' at {other.Box}"));
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Chart_ClippedWords_LieWithinTheirClip(string name, int rows, bool dark)
    {
        var svg = XDocument.Parse(ChartSvg.Draw(Chart(name, rows), dark ? ChartTheme.Dark : ChartTheme.Light));
        var clips = Named(svg, "clipPath").ToDictionary(c => $"url(#{c.Attribute("id")!.Value})", c => Rect(c.Elements().Single()));

        foreach (var group in Named(svg, "g").Where(g => g.Attribute("clip-path") is not null))
        {
            var clip = clips[group.Attribute("clip-path")!.Value];
            Assert.All(Named(group, "text"), text => Assert.True(SKRect.Inflate(clip, 1, 2).Contains(Box(text)), $"'{text.Value.Trim()}' at {Box(text)} in {clip}"));
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Chart_Marks_LieWithinTheData(string name, int rows, bool dark)
    {
        using var canvas = Chart(name, rows).On(dark ? ChartTheme.Dark : ChartTheme.Light);
        _ = canvas.Height;
        var data = canvas.Plot.LastRender.DataRect;

        foreach (var mark in canvas.Plot.PlottableList)
        {
            var limits = mark.GetAxisLimits();
            var radius = mark is Scatter { MarkerShape: not MarkerShape.None } points ? points.MarkerSize / 2 : 0;
            var (left, bottom) = canvas.PixelOf(limits.Left, limits.Bottom);
            var (right, top) = canvas.PixelOf(limits.Right, limits.Top);
            Assert.True(
                left - radius >= data.Left - 0.5 && right + radius <= data.Right + 0.5 && top - radius >= data.Top - 0.5 && bottom + radius <= data.Bottom + 0.5,
                $"{mark.GetType().Name} {left - radius}..{right + radius} x {top - radius}..{bottom + radius} in {data}");
        }
    }

    [Theory]
    [InlineData("accuracy", 5)]
    [InlineData("batches", 20)]
    [InlineData("chunking", 20)]
    [InlineData("modules", 12)]
    [InlineData("peak-share", 5)]
    [InlineData("resolution", 21)]
    [InlineData("speedup", 5)]
    [InlineData("threads", 21)]
    [InlineData("waterfall", 5)]
    public void Chart_MoreThanOneSeries_HasALegendOfThem(string name, int series)
    {
        using var canvas = Chart(name, 20).On(ChartTheme.Light);

        var svg = XDocument.Parse(canvas.ToSvg());

        var entries = canvas.Plot.Legend.ManualItems.Select(i => i.LabelText).ToArray();
        Assert.Equal(series, entries.Length);
        Assert.All(entries, e => Assert.Contains(Named(svg, "text"), t => t.Value.Trim() == e));
    }

    [Fact]
    public void Categories_NameWiderThanItsRoom_StandsWholeOnTwoLines()
    {
        var model = new ReportModel(FakeResults.Machine, FakeResults.GcModes.Select(r => r.Parameters["Mode"] == "server" ? r with { Parameters = new Dictionary<string, string> { ["Mode"] = "workstation concurrent, GC.Collect each" } } : r), []);

        var words = Named(XDocument.Parse(ChartSvg.Draw(GcChart.Create(model).Chart!, ChartTheme.Light)), "text").Select(t => t.Value.Trim()).ToArray();

        Assert.Contains("workstation concurrent,", words);
        Assert.Contains("GC.Collect each", words);
    }

    [Fact]
    public void Hover_Point_IsOnItsMarker()
    {
        using var canvas = Chart("resolution", 1).On(ChartTheme.Light);
        using var picture = SKBitmap.Decode(canvas.ToPng());
        var color = VariantStyle.Of("torch-fp32").Light;

        Assert.Equal(3, canvas.Hovers.Count);
        // At the largest size, the last, the line of the operations lies over the marker.
        Assert.All(canvas.Hovers.SkipLast(1), h => Assert.Equal(new SKColor(color.R, color.G, color.B), picture.GetPixel((int)(h.X + (h.Width / 2)), (int)(h.Y + (h.Height / 2)))));
    }

    [Fact]
    public void Hover_Row_CoversItsBar()
    {
        using var canvas = Chart("peak-share", 20).On(ChartTheme.Light);
        using var picture = SKBitmap.Decode(canvas.ToPng());

        Assert.Equal(20, canvas.Hovers.Count);
        Assert.All(canvas.Hovers, h =>
        {
            var color = VariantStyle.Of(h.Text.Split(':')[0]).Light;
            var y = (int)(h.Y + (h.Height / 2));
            Assert.Equal(new SKColor(color.R, color.G, color.B), picture.GetPixel((int)h.X + 2, y));
            Assert.Equal(new SKColor(color.R, color.G, color.B), picture.GetPixel((int)(h.X + h.Width) - 2, y));
            Assert.NotEqual(new SKColor(color.R, color.G, color.B), picture.GetPixel((int)(h.X + h.Width) + 2, y));
        });
    }

    // Made once: their intervals are bootstrapped.
    static readonly Dictionary<int, Chart[]> s_charts = new[] { 1, 20 }.ToDictionary(rows => rows, rows =>
    {
        var model = new ReportModel(FakeResults.Machine, FakeResults.Many(rows), []);
        return (Chart[])
        [
            .. ReportContent.Create(model, new(), Answer.Find(model, new()), comparison: null, withCharts: true).Sections.SelectMany(s => s.Blocks).OfType<Figure>().Select(f => f.Chart),
            .. History(rows),
        ];
    });

    // Twelve commits, the first two on another machine; every third case a third slower from the seventh on.
    static IEnumerable<Chart> History(int rows)
    {
        var cases = FakeResults.Many(rows).Where(r => r.Suite == "Precision").Index().ToList();
        var history = HistoryModel.Of(
            new([.. Enumerable.Range(0, 12).SelectMany(n => cases.Select(c => new StoredRun(
                c.Item with
                {
                    Started = c.Item.Started.AddHours(n),
                    Commit = $"{n:x7}{new string('f', 33)}",
                    Machine = n < 2 ? "another" : c.Item.Machine,
                    Contamination = n % 5 == 0 ? c.Item.Contamination : null,
                    SamplesMs = [.. c.Item.SamplesMs.Select(s => s * (n > 6 && c.Index % 3 == 0 ? 1.33 : 1))],
                },
                n < 2 ? "another-fake" : "fake-cpu-9000-8c")))], []),
            machine: null, pattern: null);
        return HistoryChart.Create(history, history.Cases);
    }

    static Chart Chart(string name, int rows) => s_charts[rows].Single(c => c.Name == name);

    // What a line of text covers: from the ascent of its capitals to its descenders.
    static SKRect Box(XElement text)
    {
        var numbers = Regex.Matches((string?)text.Attribute("transform") ?? "", @"(\w+)\(([^)]*)\)").ToDictionary(m => m.Groups[1].Value, m => m.Groups[2].Value.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries)
            .Select(n => float.Parse(n, CultureInfo.InvariantCulture)).ToArray());
        var (x, y, length, size) = ((float)text.Attribute("x")!, (float)text.Attribute("y")!, (float)text.Attribute("textLength")!, (float)text.Attribute("font-size")!);
        var box = new SKRect(x, y - (0.76f * size), x + length, y + (0.2f * size));
        var matrix = numbers.TryGetValue("matrix", out var m) ? new SKMatrix(m[0], m[2], m[4], m[1], m[3], m[5], 0, 0, 1)
            : numbers.TryGetValue("translate", out var t) ? SKMatrix.CreateTranslation(t[0], t.Length > 1 ? t[1] : 0) : SKMatrix.Identity;
        if (numbers.TryGetValue("rotate", out var degrees)) { matrix = matrix.PreConcat(SKMatrix.CreateRotationDegrees(degrees[0])); }
        return matrix.MapRect(box);
    }

    static SKRect Rect(XElement rect) => SKRect.Create((float)rect.Attribute("x")!, (float)rect.Attribute("y")!, (float)rect.Attribute("width")!, (float)rect.Attribute("height")!);

    static IEnumerable<XElement> Named(XContainer svg, string name) => svg.Descendants().Where(e => e.Name.LocalName == name);
}
