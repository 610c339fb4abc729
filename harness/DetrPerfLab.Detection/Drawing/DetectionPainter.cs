using DetrPerfLab.Core;
using SkiaSharp;

namespace DetrPerfLab.Detecting;

/// <summary>Draws boxes with names and scores onto a photograph.</summary>
public static class DetectionPainter
{
    // Okabe and Ito, "Color Universal Design", 2008: told apart with every kind of colour vision. Black serves as outline.
    static readonly Rgb[] s_palette =
    [
        new(0xE6, 0x9F, 0x00), new(0x56, 0xB4, 0xE9), new(0x00, 0x9E, 0x73), new(0xF0, 0xE4, 0x42),
        new(0xD5, 0x5E, 0x00), new(0xCC, 0x79, 0xA7), new(0x00, 0x72, 0xB2),
    ];

    /// <summary>Whether names and scores can be written; false where this machine has no font.</summary>
    public static bool HasFont => SansFace.Typeface is not null;

    /// <summary>Draws in place. The surest detections lie on top and get the best places for their labels; without a font there are boxes only.</summary>
    /// <param name="image">Changed.</param>
    /// <param name="detections">In pixels of <paramref name="image"/>; parts outside are cut off.</param>
    /// <param name="nameOf">The class name of a <see cref="Detection.Label"/>.</param>
    public static void Draw(RgbImage image, IEnumerable<Detection> detections, Func<int, string> nameOf) => Draw(image, detections, nameOf, SansFace.Typeface);

    internal static void Draw(RgbImage image, IEnumerable<Detection> detections, Func<int, string> nameOf, SKTypeface? typeface)
    {
        var shown = detections.Where(IsFinite).OrderByDescending(d => d.Score)
            .Select(d => (Box: BoxOf(d, image.Size), Colour: ColourOf(d.Label), Text: FormattableString.Invariant($"{nameOf(d.Label)} {MathF.Round(d.Score * 100)}%"))).ToArray();
        using var bitmap = RgbBitmap.Copy(image);
        using (var canvas = new SKCanvas(bitmap))
        {
            var stroke = Math.Max(2, Math.Min(image.Size.Height, image.Size.Width) / 200);
            foreach (var (box, colour, _) in shown.Reverse())
            {
                // A dark line on both sides keeps the colour visible on any ground.
                Frame(canvas, box.Grow(1), stroke + 2, Rgb.Black);
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

    /// <summary>The same class always has the same colour, and no class that of the next. Classes seven apart, such as person and chair, differ too.</summary>
    internal static Rgb ColourOf(int label) => s_palette[((uint)label + ((uint)label / (uint)s_palette.Length)) % (uint)s_palette.Length];

    static bool IsFinite(Detection d) => float.IsFinite(d.X1) && float.IsFinite(d.Y1) && float.IsFinite(d.X2) && float.IsFinite(d.Y2);

    /// <summary>At least one pixel, so that even an empty box shows.</summary>
    static PixelRect BoxOf(Detection d, ImageSize size)
    {
        var left = (int)Math.Clamp(MathF.Round(d.X1), 0, size.Width - 1);
        var top = (int)Math.Clamp(MathF.Round(d.Y1), 0, size.Height - 1);
        return new(left, top, (int)Math.Clamp(MathF.Round(d.X2), left + 1, size.Width), (int)Math.Clamp(MathF.Round(d.Y2), top + 1, size.Height));
    }

    /// <summary>A frame whose stroke lies inside <paramref name="box"/>; a box too small for one is filled.</summary>
    static void Frame(SKCanvas canvas, PixelRect box, int stroke, Rgb colour)
    {
        var small = Math.Min(box.Width, box.Height) <= 2 * stroke;
        using var paint = new SKPaint { Color = colour.Skia, IsStroke = !small, StrokeWidth = stroke };
        var inset = small ? 0 : stroke / 2f;
        canvas.DrawRect(new SKRect(box.Left + inset, box.Top + inset, box.Right - inset, box.Bottom - inset), paint);
    }
}
