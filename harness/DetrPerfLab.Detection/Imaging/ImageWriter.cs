using DetrPerfLab.Core;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;

namespace DetrPerfLab.Detecting;

/// <summary>Writes pictures.</summary>
public static class ImageWriter
{
    /// <summary>Writes a PNG; an earlier file stays whole until this one is complete.</summary>
    public static void SavePng(RgbImage image, string path)
    {
        using var picture = Image.LoadPixelData<Rgb24>(image.Pixels, image.Size.Width, image.Size.Height);
        AtomicFile.Write(path, picture.SaveAsPng);
    }
}
