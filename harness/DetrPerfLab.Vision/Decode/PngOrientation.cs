using System.Buffers.Binary;

namespace DetrPerfLab.Vision;

/// <summary>The EXIF orientation of a PNG, which Skia does not read (it reads that of JPEG and WebP) and Pillow's <c>exif_transpose</c> obeys.</summary>
/// <remarks>Source: PNG specification, section 11.3.4.5 (eXIf, before or after the pixels); TIFF 6.0, section 2.</remarks>
static class PngOrientation
{
    const int HeaderLength = 8;
    const ushort OrientationTag = 0x0112;
    const ushort ShortType = 3;

    /// <summary>1 to 8; 1 where nothing that makes sense is said.</summary>
    internal static int Read(ReadOnlySpan<byte> png)
    {
        for (long at = HeaderLength; at + 12 <= png.Length;)
        {
            var chunk = png[(int)at..];
            var length = BinaryPrimitives.ReadUInt32BigEndian(chunk);
            if (length > chunk.Length - 12) { return 1; }
            if (chunk[4..8].SequenceEqual("eXIf"u8)) { return OfTiff(chunk.Slice(8, (int)length)); }
            at += 12L + length; // length, type, body, checksum
        }

        return 1;
    }

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
