using System.Buffers;
using System.Runtime.InteropServices;

namespace SixLabors.ImageSharp.Interop;

/// <summary>The simplified API of libpng 1.6's png.h, which reports errors without longjmp. Imports are private, so every call is checked.</summary>
static unsafe partial class LibPng
{
    const string Library = "libpng16.so.16";
    const uint ImageVersion = 1; // PNG_IMAGE_VERSION; libpng refuses another
    const uint Alpha = 1; // PNG_FORMAT_FLAG_ALPHA
    const uint Rgb = 2; // PNG_FORMAT_RGB
    const uint SixteenBitSrgb = 4; // PNG_IMAGE_FLAG_16BIT_sRGB: else 16-bit samples would be taken as linear light

    internal static void Decode(ReadOnlySpan<byte> data, Size size, Span<byte> rgb)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rgb.Length, checked(size.Width * size.Height * 3));
        var image = new PngImage { Version = ImageVersion };
        byte[]? withAlpha = null;
        try
        {
            fixed (byte* from = data)
            {
                Check(png_image_begin_read_from_memory(&image, from, (nuint)data.Length), &image);
                if (image.Width != size.Width || image.Height != size.Height)
                {
                    throw new InvalidImageContentException($"Damaged PNG: it has two sizes, {size} and {image.Width}x{image.Height}.");
                }

                image.Flags |= SixteenBitSrgb;
                var hasAlpha = (image.Format & Alpha) != 0;
                image.Format = hasAlpha ? Rgb | Alpha : Rgb;
                // Asked for RGB, libpng would composite; the lab drops alpha as Pillow does.
                if (hasAlpha) { withAlpha = ArrayPool<byte>.Shared.Rent(checked(size.Width * size.Height * 4)); }
                fixed (byte* to = hasAlpha ? withAlpha : rgb)
                {
                    Check(png_image_finish_read(&image, null, to, 0, null), &image);
                }
            }

            if (withAlpha is not null) { DropAlpha(withAlpha, rgb); }
        }
        finally
        {
            png_image_free(&image);
            if (withAlpha is not null) { ArrayPool<byte>.Shared.Return(withAlpha); }
        }
    }

    /// <summary>PNG_IMAGE_PNG_SIZE_MAX of png.h, rounded up: the raw rows, what deflate may add, and the chunks' frames.</summary>
    internal static int MaxEncodedSize(Size size)
    {
        var raw = (((long)size.Width * 3) + 1) * size.Height;
        return checked((int)(raw + (raw / 8) + (raw / 64) + (raw / 256) + 1024));
    }

    /// <returns>Bytes written to <paramref name="buffer"/>, which holds <see cref="MaxEncodedSize"/>.</returns>
    internal static int Encode(ReadOnlySpan<byte> rgb, Size size, Span<byte> buffer)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rgb.Length, checked(size.Width * size.Height * 3));
        var image = new PngImage { Version = ImageVersion, Width = (uint)size.Width, Height = (uint)size.Height, Format = Rgb };
        var written = (nuint)buffer.Length;
        fixed (byte* from = rgb, to = buffer)
        {
            if (png_image_write_to_memory(&image, to, &written, 0, from, 0, null) == 0)
            {
                throw new InvalidOperationException($"libpng: {Message(&image)}.");
            }
        }

        return (int)written;
    }

    static void DropAlpha(ReadOnlySpan<byte> rgba, Span<byte> rgb)
    {
        for (var (i, o) = (0, 0); o < rgb.Length; i += 4, o += 3)
        {
            rgba.Slice(i, 3).CopyTo(rgb[o..]);
        }
    }

    static void Check(int succeeded, PngImage* image)
    {
        if (succeeded == 0) { throw new InvalidImageContentException($"Damaged PNG: {Message(image)}."); }
    }

    static string Message(PngImage* image) => Marshal.PtrToStringUTF8((nint)image->Message) ?? "no message";

    /// <summary>png_image of png.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    struct PngImage
    {
        public nint Opaque;
        public uint Version;
        public uint Width;
        public uint Height;
        public uint Format;
        public uint Flags;
        public uint ColormapEntries;
        public uint WarningOrError;
        public fixed byte Message[64];
    }

    [LibraryImport(Library)]
    private static partial int png_image_begin_read_from_memory(PngImage* image, byte* memory, nuint size);

    [LibraryImport(Library)]
    private static partial int png_image_finish_read(PngImage* image, void* background, byte* buffer, int rowStride, void* colormap);

    [LibraryImport(Library)]
    private static partial int png_image_write_to_memory(
        PngImage* image, byte* memory, nuint* memoryBytes, int convertTo8Bit, byte* buffer, int rowStride, void* colormap);

    [LibraryImport(Library)]
    private static partial void png_image_free(PngImage* image);
}
