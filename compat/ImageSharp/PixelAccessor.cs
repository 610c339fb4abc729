using System.Runtime.InteropServices;
using SixLabors.ImageSharp.PixelFormats;

namespace SixLabors.ImageSharp;

public delegate void PixelAccessorAction<TPixel>(PixelAccessor<TPixel> pixelAccessor)
    where TPixel : unmanaged, IPixel<TPixel>;

public ref struct PixelAccessor<TPixel>
    where TPixel : unmanaged, IPixel<TPixel>
{
    readonly Span<TPixel> _pixels;

    internal PixelAccessor(Image<TPixel> image)
    {
        _pixels = MemoryMarshal.Cast<byte, TPixel>(image.Bytes);
        Width = image.Width;
        Height = image.Height;
    }

    public int Width { get; }

    public int Height { get; }

    public readonly Span<TPixel> GetRowSpan(int rowIndex) => _pixels.Slice(rowIndex * Width, Width);
}
