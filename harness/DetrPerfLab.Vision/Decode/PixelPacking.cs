using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace DetrPerfLab.Vision;

/// <summary>Between the four bytes a pixel that Skia works with and the three of <see cref="RgbImage"/>.</summary>
static class PixelPacking
{
    /// <summary>Side of the squares in which a picture is turned: 32 rows of 32 pixels lie in the nearest cache while their columns are read.</summary>
    const int Tile = 32;

    /// <summary>Drops the fourth byte of [stored height, stored width, 4] and turns the picture upright. EXIF's orientation is 1 to 8; 5 to 8 swap height and width.</summary>
    internal static void ToRgb(ReadOnlySpan<byte> rgba, ImageSize stored, int orientation, RgbImage target)
    {
        target.Resize(orientation >= 5 ? new(stored.Width, stored.Height) : stored);
        if (orientation == 1) { Pack(rgba, target.Pixels); }
        else { Turn(MemoryMarshal.Cast<byte, uint>(rgba), stored, orientation, target); }
    }

    /// <summary>[pixels, 4] to [pixels, 3].</summary>
    internal static void Pack(ReadOnlySpan<byte> rgba, Span<byte> rgb)
    {
        var order = Vector128.Create((byte)0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 0x80, 0x80, 0x80, 0x80);
        var (from, to) = (0, 0);
        // Four pixels at a time; each store's last four bytes are overwritten by the next.
        for (; to + 16 <= rgb.Length; from += 16, to += 12)
        {
            Vector128.Shuffle(Vector128.Create(rgba[from..]), order).CopyTo(rgb[to..]);
        }

        for (; to < rgb.Length; from += 4, to += 3) { rgba.Slice(from, 3).CopyTo(rgb[to..]); }
    }

    /// <summary>[pixels, 3] to [pixels, 4], opaque.</summary>
    internal static void Unpack(ReadOnlySpan<byte> rgb, Span<byte> rgba)
    {
        for (int from = 0, to = 0; from < rgb.Length; from += 3, to += 4)
        {
            rgb.Slice(from, 3).CopyTo(rgba[to..]);
            rgba[to + 3] = 255;
        }
    }

    /// <remarks>Source: TIFF 6.0, tag 274; as Pillow's <c>ImageOps.exif_transpose</c>.</remarks>
    static void Turn(ReadOnlySpan<uint> source, ImageSize stored, int orientation, RgbImage target)
    {
        var (w, h) = (stored.Width, stored.Height);
        // Where the first pixel of the upright picture comes from, and how far its right and its lower neighbour lie from it.
        var (first, right, down) = orientation switch
        {
            2 => (w - 1, -1, w),
            3 => ((w * h) - 1, -1, -w),
            4 => ((h - 1) * w, 1, -w),
            5 => (0, w, 1),
            6 => ((h - 1) * w, -w, 1),
            7 => ((w * h) - 1, -w, -1),
            8 => (w - 1, w, -1),
            _ => throw new ArgumentOutOfRangeException(nameof(orientation), orientation, "EXIF orientations are 1 to 8."),
        };
        var (height, width) = (target.Size.Height, target.Size.Width);
        var pixels = target.Pixels;
        for (var top = 0; top < height; top += Tile)
        {
            for (var left = 0; left < width; left += Tile)
            {
                for (var y = top; y < Math.Min(top + Tile, height); y++)
                {
                    var from = first + (y * down) + (left * right);
                    var to = ((y * width) + left) * 3;
                    for (var x = left; x < Math.Min(left + Tile, width); x++, from += right, to += 3)
                    {
                        var pixel = source[from];
                        (pixels[to], pixels[to + 1], pixels[to + 2]) = ((byte)pixel, (byte)(pixel >> 8), (byte)(pixel >> 16));
                    }
                }
            }
        }
    }
}
