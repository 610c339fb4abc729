using SkiaSharp;

namespace DetrPerfLab.Vision;

/// <summary>Draws boxes with names and scores onto a photograph.</summary>
public static class DetectionPainter
{
    // Each class steps on by the golden angle, so neighbours lie far apart; the lightness tells apart those whose hues come near each other, 8, 13 or 21 classes on.
    const float GoldenAngle = 137.508f;
    static readonly float[] s_lightness = [55, 75, 62, 84];

    /// <summary>Why pictures lack names and scores, and what to do; null where there is a font.</summary>
    public static string? LabelsMissing => SansFace.Typeface is not null ? null :
        $"No font was found in {string.Join(", ", SansFont.Folders)}: pictures show boxes without names and scores. "
        + "Install one (Debian, Ubuntu: apt-get install fonts-dejavu-core), or put its .ttf file into one of these folders.";

    /// <summary>Draws in place. The surest detections lie on top and get the best places for their labels; without a font there are boxes only.</summary>
    internal static void Draw(RgbImage image, IEnumerable<Detection> detections, Func<int, string> nameOf) => Draw(image, detections, nameOf, SansFace.Typeface);

    internal static void Draw(RgbImage image, IEnumerable<Detection> detections, Func<int, string> nameOf, SKTypeface? typeface)
    {
        var shown = detections.Where(d => DetectionFilter.IsFinite(d)).OrderByDescending(d => d.Score)
            .Select(d => (Box: BoxOf(d, image.Size), Colour: ColourOf(d.Label), Text: FormattableString.Invariant($"{nameOf(d.Label)} {MathF.Round(d.Score * 100)}%"))).ToArray();
        using var bitmap = ImageWriter.Bitmap(image);
        using (var canvas = new SKCanvas(bitmap))
        {
            var stroke = Math.Max(2, Math.Min(image.Size.Height, image.Size.Width) / 200);
            foreach (var (box, colour, _) in shown.Reverse())
            {
                // A dark line on both sides keeps the colour visible on any ground.
                Frame(canvas, SKRectI.Inflate(box, 1, 1), stroke + 2, SKColors.Black);
                Frame(canvas, box, stroke, colour);
            }

            if (typeface is not null)
            {
                using var labels = new LabelPen(canvas, typeface, image.Size, shown.Sum(d => d.Text.Length));
                foreach (var (place, colour, text) in shown.Select(d => (labels.Place(d.Box, d.Text), d.Colour, d.Text)).Reverse().ToArray())
                {
                    labels.Write(place, text, colour);
                }
            }
        }

        PixelPacking.Pack(bitmap.GetPixelSpan(), image.Pixels);
    }

    internal static SKColor ColourOf(int label) => SKColor.FromHsl((uint)label * GoldenAngle % 360, 90, s_lightness[(uint)label % (uint)s_lightness.Length]);

    /// <summary>At least one pixel, so that even an empty box shows.</summary>
    static SKRectI BoxOf(Detection d, ImageSize size)
    {
        var left = (int)Math.Clamp(MathF.Round(d.X1), 0, size.Width - 1);
        var top = (int)Math.Clamp(MathF.Round(d.Y1), 0, size.Height - 1);
        return new(left, top, (int)Math.Clamp(MathF.Round(d.X2), left + 1, size.Width), (int)Math.Clamp(MathF.Round(d.Y2), top + 1, size.Height));
    }

    /// <summary>A frame whose stroke lies inside <paramref name="box"/>; a box too small for one is filled.</summary>
    static void Frame(SKCanvas canvas, SKRectI box, int stroke, SKColor colour)
    {
        var small = Math.Min(box.Width, box.Height) <= 2 * stroke;
        using var paint = new SKPaint { Color = colour, IsStroke = !small, StrokeWidth = stroke };
        var inset = small ? 0 : stroke / 2f;
        canvas.DrawRect(SKRect.Inflate(box, -inset, -inset), paint);
    }
}
