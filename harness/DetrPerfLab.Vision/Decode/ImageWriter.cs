using SkiaSharp;

namespace DetrPerfLab.Vision;

/// <summary>Writes pictures.</summary>
public static class ImageWriter
{
    /// <summary>Writes a PNG; an earlier file stays whole until this one is complete.</summary>
    internal static void SavePng(RgbImage image, string path)
    {
        using var encoded = Encode(image, SKEncodedImageFormat.Png, quality: 100);
        AtomicFile.Write(path, encoded.SaveTo);
    }

    /// <summary>A JPEG file in memory, of a quality from 0 to 100; colours are kept at half the resolution, as cameras do.</summary>
    public static byte[] Jpeg(RgbImage image, int quality)
    {
        using var encoded = Encode(image, SKEncodedImageFormat.Jpeg, quality);
        return encoded.ToArray();
    }

    static SKData Encode(RgbImage image, SKEncodedImageFormat format, int quality)
    {
        using var bitmap = Bitmap(image);
        return bitmap.Encode(format, quality);
    }

    /// <summary>A copy that Skia draws on and encodes; dispose of it.</summary>
    internal static SKBitmap Bitmap(RgbImage image)
    {
        var bitmap = new SKBitmap(new SKImageInfo(image.Size.Width, image.Size.Height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        PixelPacking.Unpack(image.Pixels, bitmap.GetPixelSpan());
        return bitmap;
    }
}
