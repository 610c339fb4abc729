using System.Buffers.Binary;

namespace DetrPerfLab.Detecting;

/// <summary>Tells whether a JPEG or PNG goes on to its end marker. Decoders may fill what is missing with grey and say nothing.</summary>
/// <remarks>Source: ITU-T T.81, annex B; PNG specification, section 5. Bytes after the end (a phone's film, a second picture) are no concern.</remarks>
static class ImageCompleteness
{
    static ReadOnlySpan<byte> JpegSignature => [0xFF, 0xD8, 0xFF];

    static ReadOnlySpan<byte> PngSignature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <returns>True for every other format: the decoder judges.</returns>
    internal static bool IsComplete(ReadOnlySpan<byte> data) =>
        data.StartsWith(JpegSignature) ? JpegIsComplete(data) : !data.StartsWith(PngSignature) || PngIsComplete(data);

    static bool PngIsComplete(ReadOnlySpan<byte> data)
    {
        for (long at = PngSignature.Length; at + 12 <= data.Length;)
        {
            var chunk = data[(int)at..];
            at += 12L + BinaryPrimitives.ReadUInt32BigEndian(chunk); // length, type, body, checksum
            if (chunk[4..8].SequenceEqual("IEND"u8)) { return at <= data.Length; }
        }

        return false;
    }

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
