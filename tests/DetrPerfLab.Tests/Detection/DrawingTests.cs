using DetrPerfLab.Detecting;
using FsCheck;
using FsCheck.Fluent;

namespace DetrPerfLab.Tests.Detecting;

public class DrawingTests
{
    [Fact]
    public void Font_EveryCocoNameAndScore_CanBeWritten()
    {
        var needed = CocoClasses.All.SelectMany(c => c.Name).Concat("0123456789%.-_ABCXYZabcxyz").Distinct();
        Assert.Empty(needed.Except(BitmapFont.Characters));
    }

    [Fact]
    public void Font_Glyphs_AreAllDifferentAndNoneButBlankIsEmpty()
    {
        var pictures = BitmapFont.Characters.Select(c => (Character: c, Picture: Convert.ToHexString(BitmapFont.Glyph(c)))).ToList();
        Assert.Equal(pictures.Count, pictures.Select(p => p.Picture).Distinct().Count());
        Assert.Equal(" ", string.Concat(pictures.Where(p => p.Picture.All(c => c == '0')).Select(p => p.Character)));
    }

    [Fact]
    public void Place_RoomForAll_NoTwoLabelsOverlap()
    {
        var image = new ImageSize(480, 640);
        var layout = new LabelLayout(image);
        // Ten detections on one spot: the hardest case that still has room.
        var places = Enumerable.Range(0, 10).Select(_ => layout.Place(new(200, 150, 420, 380), 110, 22)).ToList();
        Assert.All(places, p => Assert.True(p.LiesIn(image)));
        Assert.All(places.Index(), a => Assert.All(places.Index().Where(b => b.Index > a.Index), b => Assert.Equal(0, a.Item.Overlap(b.Item))));
    }

    [Fact]
    public void Place_AnyBoxAndLabel_LiesInTheImage() =>
        Prop.ForAll(
            Gen.Choose(1, 300).Four().Two().ToArbitrary(), sample =>
            {
                var ((height, width, x, y), (w, h, labelWidth, labelHeight)) = sample;
                var image = new ImageSize(height, width);
                var box = new PixelRect(x, y, x + w, y + h).Clip(image);
                return new LabelLayout(image).Place(box, labelWidth, labelHeight).LiesIn(image);
            }).QuickCheckThrowOnFailure();

    [Fact]
    public void Ink_EveryColourOfThePalette_IsReadable()
    {
        // WCAG asks 3:1 of large letters; black or white reaches 4.58 on any colour there is.
        for (var i = 0; i < 4096; i++)
        {
            var colour = new Rgb((byte)((i & 15) * 17), (byte)((i >> 4 & 15) * 17), (byte)((i >> 8) * 17));
            Assert.InRange(colour.Contrast(colour.Ink), 4.5, 21);
        }
    }

    [Fact]
    public void Draw_BoxesOutsideEmptyOrNotFinite_NeverWritesOutsideTheImage()
    {
        var image = Grey(40, 60);
        float[] odd = [float.NaN, float.PositiveInfinity, -1e30f, 1e30f, -5, 0, 59.6f, 1000];
        var detections = from a in odd from b in odd select new Detection(1, 0.9f, a, b, b, a);
        DetectionPainter.Draw(image, detections, _ => "a name that is far too long for this image");
        Assert.Equal(new ImageSize(40, 60), image.Size);
    }

    [Fact]
    public void Draw_OneBox_ColoursItsEdgesAndLeavesItsInsideAlone()
    {
        var image = Grey(200, 300);
        DetectionPainter.Draw(image, [new Detection(0, 0.5f, 50, 60, 250, 160)], _ => "cat");
        Assert.Equal((byte)0xE6, At(image, 150, 60)[0]); // the first colour of the palette on the top edge
        Assert.Equal((byte)128, At(image, 150, 110)[0]);
        Assert.Equal((byte)128, At(image, 280, 190)[0]);
    }

    [Fact]
    public void Draw_TinyImage_Works() => DetectionPainter.Draw(Grey(1, 1), [new Detection(3, 1, 0, 0, 1, 1)], _ => "dog");

    static RgbImage Grey(int height, int width)
    {
        var image = new RgbImage();
        image.Resize(new ImageSize(height, width));
        image.Pixels.Fill(128);
        return image;
    }

    static ReadOnlySpan<byte> At(RgbImage image, int x, int y) => image.Pixels.Slice(((y * image.Size.Width) + x) * 3, 3);
}
