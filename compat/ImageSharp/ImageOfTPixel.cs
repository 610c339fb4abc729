using System.Runtime.InteropServices;
using SixLabors.ImageSharp.PixelFormats;

namespace SixLabors.ImageSharp;

public sealed class Image<TPixel> : Image
    where TPixel : unmanaged, IPixel<TPixel>
{
    public Image(int width, int height) : this(new Size(width, height)) => Bytes.Clear();

    internal Image(Size size) : base(size)
    {
        if (typeof(TPixel) != typeof(Rgb24))
        {
            throw new NotSupportedException($"compat/ImageSharp knows Rgb24 only, found {typeof(TPixel).Name}. Use the package.");
        }
    }

    public void ProcessPixelRows(PixelAccessorAction<TPixel> processPixels) => processPixels(new PixelAccessor<TPixel>(this));

    public void CopyPixelDataTo(Span<byte> destination) => Bytes.CopyTo(destination);

    public void CopyPixelDataTo(Span<TPixel> destination) => Bytes.CopyTo(MemoryMarshal.AsBytes(destination));
}
