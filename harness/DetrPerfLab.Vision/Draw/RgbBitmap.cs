using SkiaSharp;

namespace DetrPerfLab.Vision;

/// <summary>A photograph as a bitmap that Skia draws on and encodes.</summary>
static class RgbBitmap
{
    /// <summary>A copy; dispose of it.</summary>
    internal static SKBitmap Copy(RgbImage image)
    {
        var bitmap = new SKBitmap(new SKImageInfo(image.Size.Width, image.Size.Height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        PixelPacking.Unpack(image.Pixels, bitmap.GetPixelSpan());
        return bitmap;
    }
}
