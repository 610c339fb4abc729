using SkiaSharp;

namespace DetrPerfLab.Vision;

/// <summary>Writes labels of one photograph, all of one size: black or white on the colour of their class, with a dark edge.</summary>
sealed class LabelPen : IDisposable
{
    readonly SKCanvas _canvas;
    readonly SKFont _font;
    readonly SKPaint _paint = new() { IsAntialias = true };
    readonly LabelLayout _layout;
    readonly int _height;
    readonly int _margin;

    internal LabelPen(SKCanvas canvas, SKTypeface typeface, ImageSize image, int letters)
    {
        (_canvas, _layout) = (canvas, new(image));
        _font = new(typeface, TextSize(image, letters)) { Edging = SKFontEdging.Antialias, Subpixel = true };
        _margin = Math.Max(2, (int)(_font.Size / 5));
        _height = (int)Math.Ceiling(_font.Metrics.Descent - _font.Metrics.Ascent) + 2;
    }

    internal SKRectI Place(SKRectI box, string text) => _layout.Place(box, (int)Math.Ceiling(_font.MeasureText(text)) + (2 * _margin), _height);

    /// <summary>A label wider than the image loses its end.</summary>
    internal void Write(SKRectI place, string text, SKColor colour)
    {
        var ground = SKRectI.Inflate(place, -1, -1);
        Fill(place, SKColors.Black);
        Fill(ground, colour);
        _canvas.Save();
        _canvas.ClipRect(ground);
        _paint.Color = Ink(colour);
        _canvas.DrawText(text, place.Left + _margin, place.Top + 1 - _font.Metrics.Ascent, SKTextAlign.Left, _font, _paint);
        _canvas.Restore();
    }

    public void Dispose()
    {
        _font.Dispose();
        _paint.Dispose();
    }

    void Fill(SKRectI place, SKColor colour)
    {
        _paint.Color = colour;
        _canvas.DrawRect(place, _paint);
    }

    internal static SKColor Ink(SKColor colour) => Contrast(colour, SKColors.White) > Contrast(colour, SKColors.Black) ? SKColors.White : SKColors.Black;

    /// <summary>1 (none) to 21 (black on white).</summary>
    /// <remarks>Source: WCAG 2.1, contrast ratio.</remarks>
    internal static double Contrast(SKColor a, SKColor b)
    {
        var (x, y) = (Luminance(a), Luminance(b));
        return (Math.Max(x, y) + 0.05) / (Math.Min(x, y) + 0.05);
    }

    static double Luminance(SKColor colour) => (0.2126 * Linear(colour.Red)) + (0.7152 * Linear(colour.Green)) + (0.0722 * Linear(colour.Blue));

    static double Linear(byte value) => value / 255.0 is var v && v <= 0.04045 ? v / 12.92 : Math.Pow((v + 0.055) / 1.055, 2.4);

    /// <summary>A thirtieth of the shorter side, never under what can be read; smaller where all labels would cover a fifth of the image.</summary>
    static float TextSize(ImageSize image, int letters)
    {
        var wanted = Math.Max(13, Math.Min(image.Height, image.Width) / 30f);
        // A letter of a sans face is about 0.6 of the size wide, a line about 1.3 of it high.
        var most = MathF.Sqrt(0.2f * image.Height * image.Width / (0.6f * 1.3f * Math.Max(1, letters)));
        return Math.Max(9, Math.Min(wanted, most));
    }
}

/// <summary>The face in which labels are written: the first sans of this machine that Skia can read.</summary>
static class SansFace
{
    static readonly Lazy<SKTypeface?> s_typeface = new(() => Open());

    /// <summary>Null where no font is to be had. Lives as long as the process.</summary>
    internal static SKTypeface? Typeface => s_typeface.Value;

    internal static SKTypeface? Open(IEnumerable<string>? folders = null) =>
        SansFont.Candidates(folders).Select(font => SKTypeface.FromFile(font.Regular)).FirstOrDefault(face => face is not null);
}
