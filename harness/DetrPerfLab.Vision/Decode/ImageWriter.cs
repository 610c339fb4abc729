using SkiaSharp;

namespace DetrPerfLab.Vision;

/// <summary>Writes pictures.</summary>
public static class ImageWriter
{
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

    internal static SKBitmap Bitmap(RgbImage image) // to be disposed of
    {
        var bitmap = new SKBitmap(new SKImageInfo(image.Size.Width, image.Size.Height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        PixelPacking.Unpack(image.Pixels, bitmap.GetPixelSpan());
        return bitmap;
    }
}
