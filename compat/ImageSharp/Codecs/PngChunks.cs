using System.Buffers.Binary;

namespace SixLabors.ImageSharp.Codecs;

/// <summary>Walks a PNG's chunks: the header, the orientation, and a copy with the chunks that make pixels alone.</summary>
/// <remarks>Source: PNG specification, third edition, section 5.</remarks>
static class PngChunks
{
    internal static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    internal static Header ReadHeader(ReadOnlySpan<byte> data)
    {
        var (size, orientation) = (default(Size), 1);
        for (var at = Signature.Length; ;)
        {
            var chunk = Next(data, at);
            var body = chunk.Body;
            if (at == Signature.Length)
            {
                if (!chunk.Type.SequenceEqual("IHDR"u8) || body.Length != 13) { throw Damaged("its header is missing"); }
                var (width, height) = (BinaryPrimitives.ReadUInt32BigEndian(body), BinaryPrimitives.ReadUInt32BigEndian(body[4..]));
                if (width is 0 or > int.MaxValue || height is 0 or > int.MaxValue) { throw Damaged($"its size is {width}x{height}"); }
                size = new Size((int)width, (int)height);
            }
            else if (chunk.Type.SequenceEqual("eXIf"u8)) { orientation = Exif.Orientation(body); }
            else if (chunk.Type.SequenceEqual("IEND"u8)) { return new(Format.Png, size, 0, orientation); }

            at = chunk.Next;
        }
    }

    /// <summary>
    /// Drops colour profiles and gamma, which libpng's simple reader would apply and neither ImageSharp nor Pillow does,
    /// and texts, which may unpack to far more than the pixels.
    /// </summary>
    /// <param name="data">A whole PNG, as <see cref="ReadHeader"/> accepted it.</param>
    /// <param name="kept">At least as long as <paramref name="data"/>.</param>
    /// <returns>Bytes written.</returns>
    internal static int KeepPixelChunks(ReadOnlySpan<byte> data, Span<byte> kept)
    {
        Signature.CopyTo(kept);
        var (at, written) = (Signature.Length, Signature.Length);
        while (true)
        {
            var chunk = Next(data, at);
            // Upper case begins the critical chunks (IHDR, PLTE, IDAT, IEND).
            if (char.IsAsciiLetterUpper((char)chunk.Type[0]) || chunk.Type.SequenceEqual("tRNS"u8))
            {
                data[at..chunk.Next].CopyTo(kept[written..]);
                written += chunk.Next - at;
            }

            if (chunk.Type.SequenceEqual("IEND"u8)) { return written; }
            at = chunk.Next;
        }
    }

    static Chunk Next(ReadOnlySpan<byte> data, int at)
    {
        if (data.Length - at < 12) { throw Damaged("it ends before its last chunk"); }
        var length = BinaryPrimitives.ReadUInt32BigEndian(data[at..]);
        if (length > data.Length - at - 12) { throw Damaged("a chunk reaches past its end"); }
        return new(data.Slice(at + 4, 4), data.Slice(at + 8, (int)length), at + 12 + (int)length);
    }

    static InvalidImageContentException Damaged(string what) => new($"Damaged PNG: {what}.");

    readonly ref struct Chunk(ReadOnlySpan<byte> type, ReadOnlySpan<byte> body, int next)
    {
        internal readonly ReadOnlySpan<byte> Type = type;
        internal readonly ReadOnlySpan<byte> Body = body;
        internal readonly int Next = next;
    }
}
