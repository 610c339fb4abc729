using FsCheck;
using FsCheck.Fluent;
using SkiaSharp;

namespace DetrPerfLab.Tests.Vision;

public class LabelLayoutTests
{
    [Fact]
    public void Place_RoomForAll_NoTwoLabelsOverlap()
    {
        var image = new ImageSize(480, 640);
        var layout = new LabelLayout(image);
        // Ten detections on one spot: the hardest case that still has room.
        var places = Enumerable.Range(0, 10).Select(_ => layout.Place(new(200, 150, 420, 380), 110, 22)).ToList();
        Assert.All(places, p => Assert.True(LiesIn(p, image)));
        Assert.All(places.Index(), a => Assert.All(places.Index().Where(b => b.Index > a.Index), b => Assert.True(SKRectI.Intersect(a.Item, b.Item) is { Width: 0 } or { Height: 0 })));
    }

    [Fact]
    public void Place_AnyBoxAndLabel_LiesInTheImage() =>
        Prop.ForAll(
            Gen.Choose(1, 300).Four().Two().ToArbitrary(), sample =>
            {
                var ((height, width, x, y), (w, h, labelWidth, labelHeight)) = sample;
                var image = new ImageSize(height, width);
                var box = new SKRectI(Math.Min(x, width), Math.Min(y, height), Math.Min(x + w, width), Math.Min(y + h, height));
                return LiesIn(new LabelLayout(image).Place(box, labelWidth, labelHeight), image);
            }).QuickCheckThrowOnFailure();

    [Fact]
    public void Ink_EveryColourOfThePalette_IsReadable()
    {
        // WCAG asks 3:1 of large letters; black or white reaches 4.58 on any colour there is.
        for (var i = 0; i < 4096; i++)
        {
            var colour = new SKColor((byte)((i & 15) * 17), (byte)((i >> 4 & 15) * 17), (byte)((i >> 8) * 17));
            Assert.InRange(LabelPen.Contrast(colour, LabelPen.Ink(colour)), 4.5, 21);
        }
    }

    static bool LiesIn(SKRectI place, ImageSize image) => place.Left >= 0 && place.Top >= 0 && place.Right <= image.Width && place.Bottom <= image.Height;
}
