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

    /// <summary>Finds a place at the box. Give the surest first.</summary>
    internal PixelRect Place(PixelRect box, string text) => _layout.Place(box, (int)Math.Ceiling(_font.MeasureText(text)) + (2 * _margin), _height);

    /// <summary>A label wider than the image loses its end.</summary>
    internal void Write(PixelRect place, string text, Rgb colour)
    {
        Fill(place, Rgb.Black);
        Fill(place.Grow(-1), colour);
        _canvas.Save();
        _canvas.ClipRect(Rect(place.Grow(-1)));
        _paint.Color = colour.Ink.Skia;
        _canvas.DrawText(text, place.Left + _margin, place.Top + 1 - _font.Metrics.Ascent, SKTextAlign.Left, _font, _paint);
        _canvas.Restore();
    }

    public void Dispose()
    {
        _font.Dispose();
        _paint.Dispose();
    }

    void Fill(PixelRect place, Rgb colour)
    {
        _paint.Color = colour.Skia;
        _canvas.DrawRect(Rect(place), _paint);
    }

    static SKRect Rect(PixelRect place) => new(place.Left, place.Top, place.Right, place.Bottom);

    /// <summary>A thirtieth of the shorter side, never under what can be read; smaller where all labels would cover a fifth of the image.</summary>
    static float TextSize(ImageSize image, int letters)
    {
        var wanted = Math.Max(13, Math.Min(image.Height, image.Width) / 30f);
        // A letter of a sans face is about 0.6 of the size wide, a line about 1.3 of it high.
        var most = MathF.Sqrt(0.2f * image.Height * image.Width / (0.6f * 1.3f * Math.Max(1, letters)));
        return Math.Max(9, Math.Min(wanted, most));
    }
}
