using System.Runtime.InteropServices;
using DetrPerfLab.Core;

namespace DetrPerfLab.Detecting;

/// <summary>Plain drawing on a photograph; what lies outside is cut off.</summary>
sealed class Canvas(RgbImage image)
{
    internal ImageSize Size => image.Size;

    internal void Fill(PixelRect rect, Rgb colour)
    {
        rect = rect.Clip(Size);
        var pixels = MemoryMarshal.Cast<byte, Rgb>(image.Pixels);
        for (var y = rect.Top; y < rect.Bottom; y++) { pixels.Slice((y * Size.Width) + rect.Left, rect.Width).Fill(colour); }
    }

    /// <summary>A frame whose stroke lies inside <paramref name="rect"/>.</summary>
    internal void Frame(PixelRect rect, int stroke, Rgb colour)
    {
        if (rect.Width <= 2 * stroke || rect.Height <= 2 * stroke)
        {
            Fill(rect, colour);
            return;
        }

        Fill(rect with { Bottom = rect.Top + stroke }, colour);
        Fill(rect with { Top = rect.Bottom - stroke }, colour);
        Fill(rect with { Right = rect.Left + stroke }, colour);
        Fill(rect with { Left = rect.Right - stroke }, colour);
    }

    /// <summary>Text whose first letter's cell has its top left corner at (x, y); each pixel of a letter is a square of <paramref name="scale"/> pixels.</summary>
    internal void Text(int x, int y, string text, int scale, Rgb colour)
    {
        foreach (var character in text)
        {
            var rows = BitmapFont.Glyph(character);
            for (var row = 0; row < rows.Length; row++)
            {
                for (var column = 0; column < BitmapFont.GlyphWidth; column++)
                {
                    if ((rows[row] >> (BitmapFont.GlyphWidth - 1 - column) & 1) == 0) { continue; }
                    var (left, top) = (x + (column * scale), y + (row * scale));
                    Fill(new(left, top, left + scale, top + scale), colour);
                }
            }

            x += BitmapFont.Advance * scale;
        }
    }
}
