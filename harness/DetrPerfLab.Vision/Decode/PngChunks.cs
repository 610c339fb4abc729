using System.Buffers.Binary;

namespace DetrPerfLab.Vision;

/// <summary>What is read of a PNG here: whether it is whole, and its EXIF orientation, which Skia does not read (it does of JPEG and WebP) and Pillow obeys.</summary>
/// <remarks>Source: PNG specification, sections 5 and 11.3.4.5 (eXIf, before or after the pixels); TIFF 6.0, section 2.</remarks>
static class PngChunks
{
    const ushort OrientationTag = 0x0112;
    const ushort ShortType = 3;

    internal static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>The first chunk of a type that is whole, as are those before it.</summary>
    internal static bool Find(ReadOnlySpan<byte> png, ReadOnlySpan<byte> type, out ReadOnlySpan<byte> body)
    {
        body = default;
        for (png = png[Signature.Length..]; png.Length >= 12;)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(png);
            if (length > png.Length - 12) { return false; }
            body = png.Slice(8, (int)length);
            if (png[4..8].SequenceEqual(type)) { return true; }
            png = png[(12 + (int)length)..]; // length, type, body, checksum
        }

        return false;
    }

    /// <summary>1 to 8; 1 where nothing that makes sense is said.</summary>
    internal static int Orientation(ReadOnlySpan<byte> png) => Find(png, "eXIf"u8, out var tiff) ? OfTiff(tiff) : 1;

    static int OfTiff(ReadOnlySpan<byte> tiff)
    {
        if (tiff.StartsWith("Exif\0\0"u8)) { tiff = tiff[6..]; } // JPEG's prefix, which some writers leave in
        var little = tiff.StartsWith("II*\0"u8);
        if (tiff.Length < 8 || (!little && !tiff.StartsWith("MM\0*"u8))) { return 1; }
        var directory = little ? BinaryPrimitives.ReadUInt32LittleEndian(tiff[4..]) : BinaryPrimitives.ReadUInt32BigEndian(tiff[4..]);
        if (directory > tiff.Length - 2) { return 1; }
        var entries = tiff[(int)directory..];
        var count = Short(entries, little);
        for (entries = entries[2..]; count > 0 && entries.Length >= 12; count--, entries = entries[12..])
        {
            if (Short(entries, little) != OrientationTag) { continue; }
            return Short(entries[2..], little) == ShortType && Short(entries[8..], little) is >= 1 and <= 8 and var orientation ? orientation : 1;
        }

        return 1;
    }

    static ushort Short(ReadOnlySpan<byte> at, bool little) =>
        little ? BinaryPrimitives.ReadUInt16LittleEndian(at) : BinaryPrimitives.ReadUInt16BigEndian(at);
}
