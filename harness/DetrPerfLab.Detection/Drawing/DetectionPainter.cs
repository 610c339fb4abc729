using DetrPerfLab.Core;

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

    /// <summary>Draws in place. The surest detections lie on top and get the best places for their labels.</summary>
    /// <param name="image">Changed.</param>
    /// <param name="detections">In pixels of <paramref name="image"/>; parts outside are cut off.</param>
    /// <param name="nameOf">The class name of a <see cref="Detection.Label"/>.</param>
    public static void Draw(RgbImage image, IEnumerable<Detection> detections, Func<int, string> nameOf)
    {
        var canvas = new Canvas(image);
        var shown = detections.Where(IsFinite).OrderByDescending(d => d.Score)
            .Select(d => (Item: d, Box: BoxOf(d, image.Size), Text: FormattableString.Invariant($"{nameOf(d.Label)} {MathF.Round(d.Score * 100)}%"))).ToArray();
        var scale = TextScale(image.Size, shown.Sum(d => d.Text.Length));
        foreach (var (item, box, _) in shown.Reverse())
        {
            // A dark line on both sides keeps the colour visible on any ground.
            canvas.Frame(box.Grow(1), scale + 2, Rgb.Black);
            canvas.Frame(box, scale, ColourOf(item.Label));
        }

        var layout = new LabelLayout(image.Size);
        var labels = shown.Select(d => Label.Create(d.Text, ColourOf(d.Item.Label), d.Box, scale, layout)).ToArray();
        foreach (var label in labels.Reverse()) { label.Draw(canvas); }
    }

    static bool IsFinite(Detection d) => float.IsFinite(d.X1) && float.IsFinite(d.Y1) && float.IsFinite(d.X2) && float.IsFinite(d.Y2);

    /// <summary>At least one pixel, so that even an empty box shows.</summary>
    static PixelRect BoxOf(Detection d, ImageSize size)
    {
        var left = (int)Math.Clamp(MathF.Round(d.X1), 0, size.Width - 1);
        var top = (int)Math.Clamp(MathF.Round(d.Y1), 0, size.Height - 1);
        return new(left, top, (int)Math.Clamp(MathF.Round(d.X2), left + 1, size.Width), (int)Math.Clamp(MathF.Round(d.Y2), top + 1, size.Height));
    }

    /// <summary>Letters of about a thirtieth of the shorter side, in whole multiples of the font's pixels; smaller where all would cover a fifth of the image.</summary>
    static int TextScale(ImageSize size, int letters)
    {
        var shorter = Math.Min(size.Height, size.Width);
        var wanted = shorter < 300 ? 1 : Math.Max(2, shorter / (30.0 * BitmapFont.GlyphHeight)); // single pixels are hard to read
        var most = Math.Sqrt(0.2 * size.Height * size.Width / (Math.Max(1, letters) * BitmapFont.Advance * (BitmapFont.GlyphHeight + 2.0)));
        return Math.Max(1, (int)Math.Min(Math.Round(wanted), most));
    }

    /// <summary>The same class always has the same colour; classes a multiple of the palette apart, such as person and chair, do not share theirs.</summary>
    static Rgb ColourOf(int label) => s_palette[((uint)label + ((uint)label / (uint)s_palette.Length)) % (uint)s_palette.Length];

    readonly record struct Label(string Text, PixelRect Place, int Scale, Rgb Colour)
    {
        internal static Label Create(string text, Rgb colour, PixelRect box, int scale, LabelLayout layout) =>
            // One pixel of the font as margin above; none is needed below, where the rows for descenders lie.
            new(text, layout.Place(box, (BitmapFont.Measure(text) + 4) * scale, (BitmapFont.GlyphHeight + 2) * scale), scale, colour);

        internal void Draw(Canvas canvas)
        {
            canvas.Fill(Place, Rgb.Black);
            canvas.Fill(Place.Grow(-1), Colour);
            // A label wider than the image loses its end.
            var letters = Math.Min(Text.Length, ((Place.Width / Scale) - 3) / BitmapFont.Advance);
            canvas.Text(Place.Left + (2 * Scale), Place.Top + Scale + (Scale / 2), letters < Text.Length ? Text[..Math.Max(0, letters)] : Text, Scale, Colour.Ink);
        }
    }
}
