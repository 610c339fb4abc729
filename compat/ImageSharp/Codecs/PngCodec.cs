using System.Buffers;
using SixLabors.ImageSharp.Interop;

namespace SixLabors.ImageSharp.Codecs;

/// <summary>PNG of every colour type and depth to 8-bit RGB; alpha is dropped, not composited, as Pillow's convert('RGB') and ImageSharp do.</summary>
static class PngCodec
{
    internal static void Decode(ReadOnlySpan<byte> data, Header header, Span<byte> rgb)
    {
        var chunks = ArrayPool<byte>.Shared.Rent(data.Length);
        try
        {
            LibPng.Decode(chunks.AsSpan(0, PngChunks.KeepPixelChunks(data, chunks)), header.Size, rgb);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunks);
        }
    }

    internal static void Encode(ReadOnlySpan<byte> rgb, Size size, Stream stream)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(LibPng.MaxEncodedSize(size));
        try
        {
            stream.Write(buffer, 0, LibPng.Encode(rgb, size, buffer));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
