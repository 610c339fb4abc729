using System.Buffers.Binary;

namespace DetrPerfLab.Vision;

/// <summary>Tells whether a file goes on to its end marker. Decoders may fill what is missing with grey and say nothing, or miss only later frames.</summary>
/// <remarks>Source: ITU-T T.81, annex B; PNG specification, section 5; GIF89a, sections 15 to 27; WebP container specification. Bytes after the end (a phone's film, a second picture) are no concern.</remarks>
static class ImageCompleteness
{
    static ReadOnlySpan<byte> JpegSignature => [0xFF, 0xD8, 0xFF];

    /// <returns>True for every other format: the decoder judges.</returns>
    internal static bool IsComplete(ReadOnlySpan<byte> data)
    {
        if (data.StartsWith(JpegSignature)) { return JpegIsComplete(data); }
        if (data.StartsWith(PngChunks.Signature)) { return PngChunks.Find(data, "IEND"u8, out _); }
        if (data.StartsWith("GIF8"u8)) { return GifIsComplete(data); }
        return !data.StartsWith("RIFF"u8) || (data.Length >= 8 && BinaryPrimitives.ReadUInt32LittleEndian(data[4..]) <= data.Length - 8);
    }

    static bool GifIsComplete(ReadOnlySpan<byte> data)
    {
        const int HeaderLength = 13;
        if (data.Length < HeaderLength) { return false; }
        var at = HeaderLength + ColourTableLength(data[10]);
        while (at < data.Length)
        {
            switch (data[at])
            {
                case 0x2C when at + 10 < data.Length: // a frame: place and size, its colours, a byte for the coder
                    at += 11 + ColourTableLength(data[at + 9]);
                    break;
                case 0x21: // an extension
                    at += 2;
                    break;
                default:
                    return data[at] == 0x3B;
            }

            // Blocks, each with its length before it, up to an empty one.
            while (at < data.Length && data[at] != 0) { at += 1 + data[at]; }
            at++;
        }

        return false;
    }

    static int ColourTableLength(byte flags) => flags < 0x80 ? 0 : 3 << ((flags & 7) + 1);

    static bool JpegIsComplete(ReadOnlySpan<byte> data)
    {
        var at = 2;
        while (true)
        {
            // Between markers lie coded pixels, or stray bytes that decoders skip too.
            var marker = data[at..].IndexOf((byte)0xFF);
            if (marker < 0 || at + marker + 1 >= data.Length) { return false; }
            at += marker;
            switch (data[at + 1])
            {
                case 0xD9:
                    return true;
                case 0xFF: // fill byte
                    at += 1;
                    break;
                case 0x00 or 0x01 or (>= 0xD0 and <= 0xD8): // a coded 0xFF, or a marker without a body
                    at += 2;
                    break;
                default:
                    if (at + 4 > data.Length) { return false; }
                    at += 2 + Math.Max(2, (int)BinaryPrimitives.ReadUInt16BigEndian(data[(at + 2)..]));
                    if (at > data.Length) { return false; }
                    break;
            }
        }
    }
}
