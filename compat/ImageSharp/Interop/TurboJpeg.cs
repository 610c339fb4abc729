using System.Runtime.InteropServices;

namespace SixLabors.ImageSharp.Interop;

/// <summary>turbojpeg.h of libjpeg-turbo 2.x. Imports are private, so every call is checked.</summary>
static partial class TurboJpeg
{
    const string Library = "libturbojpeg.so.0";
    const int LimitScans = 32768; // TJFLAG_LIMITSCANS: a file of a few KB may hold thousands of scans of the whole image
    const int NoRealloc = 1024; // TJFLAG_NOREALLOC: the output buffer is ours
    const int Subsampling420 = 2; // TJSAMP_420
    const int WarningCode = 0; // TJERR_WARNING: decoded, with a complaint

    /// <summary>TJPF of turbojpeg.h.</summary>
    internal enum PixelFormat
    {
        Rgb = 0,
        Cmyk = 11,
    }

    /// <returns>The library's warning, or null.</returns>
    /// <exception cref="InvalidImageContentException">It could not be decoded.</exception>
    internal static unsafe string? Decompress(ReadOnlySpan<byte> data, Size size, PixelFormat format, Span<byte> pixels, int rowBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pixels.Length, checked(rowBytes * size.Height));
        using var handle = Open(tjInitDecompress());
        fixed (byte* from = data, to = pixels)
        {
            // Width and height are a limit: an image that is larger than its own header says is refused, not written past the end.
            if (tjDecompress2(handle, from, (nuint)data.Length, to, size.Width, rowBytes, size.Height, format, LimitScans) == 0) { return null; }
            var message = Message(handle);
            return tjGetErrorCode(handle) == WarningCode ? message : throw new InvalidImageContentException($"Damaged JPEG: {message}.");
        }
    }

    internal static int MaxCompressedSize(Size size) => checked((int)tjBufSize(size.Width, size.Height, Subsampling420));

    /// <returns>Bytes written to <paramref name="buffer"/>, which holds <see cref="MaxCompressedSize"/>.</returns>
    internal static unsafe int Compress(ReadOnlySpan<byte> rgb, Size size, int quality, Span<byte> buffer)
    {
        using var handle = Open(tjInitCompress());
        fixed (byte* from = rgb, to = buffer)
        {
            var target = to;
            var written = (nuint)buffer.Length;
            var status = tjCompress2(
                handle, from, size.Width, size.Width * 3, size.Height, PixelFormat.Rgb, &target, &written, Subsampling420, quality, NoRealloc);
            return status == 0 ? (int)written : throw new InvalidOperationException($"libjpeg-turbo: {Message(handle)}.");
        }
    }

    static Handle Open(Handle handle) => handle.IsInvalid ? throw new OutOfMemoryException("libjpeg-turbo gave no handle.") : handle;

    static string Message(Handle handle) => Marshal.PtrToStringUTF8(tjGetErrorStr2(handle)) ?? "no message";

    internal sealed class Handle() : SafeHandle(0, ownsHandle: true)
    {
        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle() => tjDestroy(handle) == 0;
    }

    [LibraryImport(Library)] private static partial Handle tjInitDecompress();
    [LibraryImport(Library)] private static partial Handle tjInitCompress();
    [LibraryImport(Library)] private static partial int tjDestroy(nint handle);
    [LibraryImport(Library)] private static partial int tjGetErrorCode(Handle handle);
    [LibraryImport(Library)] private static partial nint tjGetErrorStr2(Handle handle);
    [LibraryImport(Library)] private static partial nuint tjBufSize(int width, int height, int subsampling);

    [LibraryImport(Library)]
    private static unsafe partial int tjDecompress2(
        Handle handle, byte* jpeg, nuint jpegBytes, byte* pixels, int width, int pitch, int height, PixelFormat format, int flags);

    [LibraryImport(Library)]
    private static unsafe partial int tjCompress2(
        Handle handle, byte* pixels, int width, int pitch, int height, PixelFormat format,
        byte** jpeg, nuint* jpegBytes, int subsampling, int quality, int flags);
}
