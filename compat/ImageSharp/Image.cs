using System.Buffers;
using SixLabors.ImageSharp.Codecs;
using SixLabors.ImageSharp.Formats;
using SixLabors.ImageSharp.PixelFormats;

namespace SixLabors.ImageSharp;

public abstract class Image : IDisposable
{
    byte[]? _buffer;

    private protected Image(Size size)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size.Width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size.Height);
        _buffer = ArrayPool<byte>.Shared.Rent(checked(size.Width * size.Height * 3));
        Size = size;
    }

    public int Width => Size.Width;

    public int Height => Size.Height;

    public Size Size { get; private set; }

    /// <summary>EXIF orientation, 1 (upright) to 8. The real package keeps it in Metadata.ExifProfile.</summary>
    internal int Orientation { get; set; } = 1;

    /// <summary>The pixels, [height, width, 3].</summary>
    internal Span<byte> Bytes
    {
        get
        {
            ObjectDisposedException.ThrowIf(_buffer is null, this);
            return _buffer.AsSpan(0, Size.Width * Size.Height * 3);
        }
    }

    public static ImageInfo Identify(ReadOnlySpan<byte> buffer) => new(Codec.ReadHeader(buffer).Size);

    public static ImageInfo Identify(string path) => Identify(File.ReadAllBytes(path));

    public static ImageInfo Identify(Stream stream) => Identify(ReadToEnd(stream));

    public static Image<TPixel> Load<TPixel>(DecoderOptions options, ReadOnlySpan<byte> data)
        where TPixel : unmanaged, IPixel<TPixel>
    {
        ArgumentNullException.ThrowIfNull(options);
        var header = Codec.ReadHeader(data);
        // Four bytes a pixel are needed on the way.
        if ((long)header.Size.Width * header.Size.Height > Array.MaxLength / 4)
        {
            throw new InvalidImageContentException($"Cannot decode an image of {header.Size.Width}x{header.Size.Height} pixels.");
        }

        var image = new Image<TPixel>(header.Size) { Orientation = header.Orientation };
        try
        {
            Codec.Decode(data, header, image.Bytes);
            return image;
        }
        catch
        {
            image.Dispose();
            throw;
        }
    }

    public static Image<TPixel> Load<TPixel>(ReadOnlySpan<byte> data)
        where TPixel : unmanaged, IPixel<TPixel> => Load<TPixel>(new DecoderOptions(), data);

    public static Image<TPixel> Load<TPixel>(string path)
        where TPixel : unmanaged, IPixel<TPixel> => Load<TPixel>(File.ReadAllBytes(path));

    public static Image<TPixel> Load<TPixel>(Stream stream)
        where TPixel : unmanaged, IPixel<TPixel> => Load<TPixel>(ReadToEnd(stream));

    public static Image<TPixel> LoadPixelData<TPixel>(ReadOnlySpan<byte> data, int width, int height)
        where TPixel : unmanaged, IPixel<TPixel>
    {
        var image = new Image<TPixel>(width, height);
        if (data.Length < image.Bytes.Length)
        {
            image.Dispose();
            throw new ArgumentException($"Found {data.Length} bytes, needed {width} x {height} x 3.", nameof(data));
        }

        data[..image.Bytes.Length].CopyTo(image.Bytes);
        return image;
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _buffer, null) is { } buffer) { ArrayPool<byte>.Shared.Return(buffer); }
        GC.SuppressFinalize(this);
    }

    /// <summary>Takes over another buffer of the same number of pixels.</summary>
    internal void Replace(Size size, byte[] buffer)
    {
        ArrayPool<byte>.Shared.Return(_buffer!);
        _buffer = buffer;
        Size = size;
    }

    static byte[] ReadToEnd(Stream stream)
    {
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return memory.ToArray();
    }
}
