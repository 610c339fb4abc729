using SkiaSharp;

namespace DetrPerfLab.EngineTests.Vision;

public class DetectionPainterTests
{
    static readonly Detection s_cat = new(0, 0.5f, 50, 60, 250, 160);

    [Fact]
    public void ColourOf_EveryClassOfCoco_IsItsOwnAndNotLikeItsNeighbours()
    {
        var colours = Enumerable.Range(0, 92).Select(DetectionPainter.ColourOf).ToList();
        Assert.Equal(colours.Count, colours.Distinct().Count());
        Assert.All(colours.Zip(colours.Skip(1)), pair => Assert.InRange(Distance(pair.First, pair.Second), 120, 255));
        Assert.All(colours, c => Assert.InRange(LabelPen.Contrast(c, LabelPen.Ink(c)), 4.5, 21)); // WCAG asks 4.5 of small letters
        Assert.NotEqual(SKColors.Black, DetectionPainter.ColourOf(-1)); // a model may give any label
    }

    [Fact]
    public void Draw_OneBox_ColoursItsEdgesAndLeavesItsInsideAlone()
    {
        var image = Grey(200, 300);
        DetectionPainter.Draw(image, [s_cat], _ => "cat", typeface: null);
        Assert.Equal(DetectionPainter.ColourOf(0), At(image, 150, 60));
        Assert.Equal(DetectionPainter.ColourOf(0), At(image, 249, 110));
        Assert.Equal(SKColors.Black, At(image, 150, 59));
        Assert.Equal(new SKColor(128, 128, 128), At(image, 150, 110));
        Assert.Equal(new SKColor(128, 128, 128), At(image, 280, 190));
    }

    [Fact]
    public void Draw_WithAFont_WritesALabelAboveTheBox()
    {
        Assert.SkipUnless(SansFace.Typeface is not null, DetectionPainter.LabelsMissing ?? "");
        var (boxes, labelled) = (Grey(200, 300), Grey(200, 300));
        DetectionPainter.Draw(boxes, [s_cat], _ => "cat", typeface: null);
        DetectionPainter.Draw(labelled, [s_cat], _ => "cat");

        var changed = Enumerable.Range(0, 200 * 300).Where(i => At(boxes, i % 300, i / 300) != At(labelled, i % 300, i / 300)).ToList();
        Assert.InRange(changed.Min(i => i / 300), 35, 50); // a line of letters above row 60
        Assert.InRange(changed.Max(i => i / 300), 55, 60);
        Assert.Equal(50, changed.Min(i => i % 300));
        // Letters are smooth: between ground and ink lie more shades than the two.
        Assert.True(changed.Select(i => At(labelled, i % 300, i / 300)).Distinct().Count() > 8);
    }

    [Fact]
    public void Draw_BoxesOutsideEmptyOrNotFinite_KeepsTheImagesSize()
    {
        var image = Grey(40, 60);
        float[] odd = [float.NaN, float.PositiveInfinity, -1e30f, 1e30f, -5, 0, 59.6f, 1000];
        DetectionPainter.Draw(image, from a in odd from b in odd select new Detection(1, 0.9f, a, b, b, a), _ => "a name that is far too long for this image");
        Assert.Equal(new ImageSize(40, 60), image.Size);
    }

    [Fact]
    public void Draw_TinyImage_Works() => DetectionPainter.Draw(Grey(1, 1), [new Detection(3, 1, 0, 0, 1, 1)], _ => "dog");

    [Fact]
    public void Open_FileThatIsNoFont_IsNone()
    {
        using var folder = new DetrPerfLab.Tests.TempFolder();
        File.WriteAllText(folder.File("DejaVuSans.ttf"), "no font");
        Assert.Null(SansFace.Open([folder.Path]));
    }

    static int Distance(SKColor a, SKColor b) => Math.Max(Math.Max(Math.Abs(a.Red - b.Red), Math.Abs(a.Green - b.Green)), Math.Abs(a.Blue - b.Blue));

    static RgbImage Grey(int height, int width)
    {
        var image = new RgbImage();
        image.Resize(new ImageSize(height, width));
        image.Pixels.Fill(128);
        return image;
    }

    static SKColor At(RgbImage image, int x, int y) => image.Pixels.Slice(((y * image.Size.Width) + x) * 3, 3) is var p ? new(p[0], p[1], p[2]) : default;
}
