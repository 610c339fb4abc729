using DetrPerfLab.Core;
using DetrPerfLab.Detecting;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats.Jpeg;
using SixLabors.ImageSharp.PixelFormats;

namespace DetrPerfLab.Benchmarks.Infrastructure;

/// <summary>JPEG files for suites that start from a photograph: made from a formula, so that no file is needed and every machine has the same.</summary>
static class Photographs
{
    /// <summary>What a camera's photograph is in COCO.</summary>
    internal static ImageSize CocoSize { get; } = new(480, 640);

    /// <param name="size">In pixels.</param>
    /// <param name="index">Each is another photograph.</param>
    internal static byte[] Jpeg(ImageSize size, int index = 0)
    {
        using var image = Image.LoadPixelData<Rgb24>(SyntheticPhotographs.Create(index, size).Pixels, size.Width, size.Height);
        using var stream = new MemoryStream();
        image.SaveAsJpeg(stream, new JpegEncoder { Quality = 90 });
        return stream.ToArray();
    }
}
