using System.Buffers;
using System.Runtime.InteropServices;
using SixLabors.ImageSharp.PixelFormats;

namespace SixLabors.ImageSharp.Processing;

public interface IImageProcessingContext;

public static class ProcessingExtensions
{
    public static void Mutate<TPixel>(this Image<TPixel> source, Action<IImageProcessingContext> operation)
        where TPixel : unmanaged, IPixel<TPixel> => operation(new ImageProcessingContext(source));
}

public static class AutoOrientExtensions
{
    public static IImageProcessingContext AutoOrient(this IImageProcessingContext source)
    {
        var image = ((ImageProcessingContext)source).Image;
        if (image.Orientation > 1) { Turn(image, image.Orientation); }
        image.Orientation = 1;
        return source;
    }

    /// <summary>Writes each upright row from where EXIF 2.32, tag 274, says that its first pixel and its direction lie in the stored image.</summary>
    static void Turn(Image image, int orientation)
    {
        var (width, height) = (image.Width, image.Height);
        var size = orientation >= 5 ? new Size(height, width) : image.Size;
        // Start of row y is first + y * down; its pixels follow at steps of right. Units: pixels of the stored image.
        var (first, right, down) = orientation switch
        {
            2 => (width - 1, -1, width),
            3 => ((width * height) - 1, -1, -width),
            4 => (width * (height - 1), 1, -width),
            5 => (0, width, 1),
            6 => (width * (height - 1), -width, 1),
            7 => ((width * height) - 1, -width, -1),
            _ => (width - 1, width, -1), // 8
        };
        var turned = ArrayPool<byte>.Shared.Rent(image.Bytes.Length);
        var from = MemoryMarshal.Cast<byte, Rgb24>(image.Bytes);
        var to = MemoryMarshal.Cast<byte, Rgb24>(turned.AsSpan(0, image.Bytes.Length));
        for (var y = 0; y < size.Height; y++)
        {
            var at = first + (y * down);
            foreach (ref var pixel in to.Slice(y * size.Width, size.Width))
            {
                pixel = from[at];
                at += right;
            }
        }

        image.Replace(size, turned);
    }
}

sealed record ImageProcessingContext(Image Image) : IImageProcessingContext;
