using System.Buffers;
using SixLabors.ImageSharp.Interop;

namespace SixLabors.ImageSharp.Codecs;

/// <summary>JPEG by libjpeg-turbo's defaults (slow integer DCT, smooth chroma upsampling): bit for bit what Pillow gives.</summary>
static class JpegCodec
{
    internal static void Decode(ReadOnlySpan<byte> data, Header header, Span<byte> rgb)
    {
        if (header.Components < 4)
        {
            Decompress(data, header, TurboJpeg.PixelFormat.Rgb, rgb, header.Size.Width * 3);
            return;
        }

        var inks = ArrayPool<byte>.Shared.Rent(checked(header.Size.Width * header.Size.Height * 4));
        try
        {
            Decompress(data, header, TurboJpeg.PixelFormat.Cmyk, inks, header.Size.Width * 4);
            CmykToRgb(inks, rgb);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(inks);
        }
    }

    internal static void Encode(ReadOnlySpan<byte> rgb, Size size, int quality, Stream stream)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(TurboJpeg.MaxCompressedSize(size));
        try
        {
            stream.Write(buffer, 0, TurboJpeg.Compress(rgb, size, quality, buffer));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    static void Decompress(ReadOnlySpan<byte> data, Header header, TurboJpeg.PixelFormat format, Span<byte> pixels, int rowBytes)
    {
        if (TurboJpeg.Decompress(data, header.Size, format, pixels, rowBytes) is not { } warning) { return; }
        // Stray bytes between markers are common and harmless; pixels that were never there are not: libjpeg fills them with grey.
        if (warning.Contains("remature end")) { throw new InvalidImageContentException($"Truncated JPEG: {warning}."); }
    }

    /// <summary>Inks are stored inverted, as Adobe does and every reader assumes; the arithmetic is Pillow's, in integers.</summary>
    /// <remarks>Source: python-pillow, libImaging/Convert.c, cmyk2rgb and ImagingUtils.h, MULDIV255.</remarks>
    static void CmykToRgb(ReadOnlySpan<byte> inks, Span<byte> rgb)
    {
        for (var (i, o) = (0, 0); o < rgb.Length; i += 4, o += 3)
        {
            var light = inks[i + 3];
            for (var c = 0; c < 3; c++)
            {
                var product = ((255 - inks[i + c]) * light) + 128;
                rgb[o + c] = (byte)(light - (((product >> 8) + product) >> 8));
            }
        }
    }
}
