using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;
using SixLabors.ImageSharp.Processing;

namespace DetrPerfLab.Benchmarks;

/// <summary>What ImageSharp makes of a photograph: the usual decoder and resizer of .NET, measured beside the lab's. Its JPEG decoder upsamples chroma in its own way.</summary>
/// <remarks>For the suites' own pictures and for data sets that are trusted; the lab decodes nobody's files with it.</remarks>
static class ImageSharpPixels
{
    /// <summary>Decodes and turns upright.</summary>
    internal static void Decode(ReadOnlySpan<byte> file, RgbImage target)
    {
        using var image = Image.Load<Rgb24>(file);
        image.Mutate(i => i.AutoOrient());
        Copy(image, target);
    }

    internal static void Resize(RgbImage source, ImageSize size, RgbImage target)
    {
        using var image = Image.LoadPixelData<Rgb24>(source.Pixels, source.Size.Width, source.Size.Height);
        image.Mutate(i => Resize(i, size));
        Copy(image, target);
    }

    internal static void DecodeAndResize(ReadOnlySpan<byte> file, ImageSize size, RgbImage target)
    {
        using var image = Image.Load<Rgb24>(file);
        image.Mutate(i => Resize(i.AutoOrient(), size));
        Copy(image, target);
    }

    /// <summary>Triangle is Pillow's bilinear filter by another name: it widens where the picture shrinks.</summary>
    static void Resize(IImageProcessingContext image, ImageSize size) => image.Resize(size.Width, size.Height, KnownResamplers.Triangle);

    static void Copy(Image<Rgb24> image, RgbImage target)
    {
        target.Resize(new(image.Height, image.Width));
        image.CopyPixelDataTo(target.Pixels);
    }
}
