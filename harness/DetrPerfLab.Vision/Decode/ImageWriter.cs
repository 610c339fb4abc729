using SkiaSharp;

namespace DetrPerfLab.Vision;

/// <summary>Writes pictures.</summary>
public static class ImageWriter
{
    /// <summary>Writes a PNG; an earlier file stays whole until this one is complete.</summary>
    public static void SavePng(RgbImage image, string path)
    {
        using var encoded = Encode(image, SKEncodedImageFormat.Png, quality: 100);
        AtomicFile.Write(path, encoded.SaveTo);
    }

    /// <summary>A JPEG file in memory.</summary>
    /// <param name="image">Its colours are kept at half the resolution, as cameras do.</param>
    /// <param name="quality">0 to 100.</param>
    public static byte[] Jpeg(RgbImage image, int quality)
    {
        using var encoded = Encode(image, SKEncodedImageFormat.Jpeg, quality);
        return encoded.ToArray();
    }

    static SKData Encode(RgbImage image, SKEncodedImageFormat format, int quality)
    {
        using var bitmap = RgbBitmap.Copy(image);
        return bitmap.Encode(format, quality);
    }
}
