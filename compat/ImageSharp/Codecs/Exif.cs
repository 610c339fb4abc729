using System.Buffers.Binary;

namespace SixLabors.ImageSharp.Codecs;

/// <summary>Finds the orientation in an EXIF block. Damaged EXIF is no reason to refuse a photograph: it reads as upright.</summary>
/// <remarks>Source: EXIF 2.32, section 4.5 (a TIFF header, then IFD 0 with entries of 12 bytes).</remarks>
static class Exif
{
    const ushort OrientationTag = 0x0112;
    const ushort ShortType = 3;

    /// <param name="tiff">From the byte order mark on, without the leading <c>Exif\0\0</c>.</param>
    internal static int Orientation(ReadOnlySpan<byte> tiff)
    {
        if (tiff.Length < 8) { return 1; }
        var little = tiff.StartsWith("II*\0"u8);
        if (!little && !tiff.StartsWith("MM\0*"u8)) { return 1; }
        var offset = little ? BinaryPrimitives.ReadUInt32LittleEndian(tiff[4..]) : BinaryPrimitives.ReadUInt32BigEndian(tiff[4..]);
        if (offset > tiff.Length - 2) { return 1; }
        var directory = tiff[(int)offset..];
        var count = Short(directory, little);
        directory = directory[2..];
        for (var i = 0; i < count && directory.Length >= 12; i++, directory = directory[12..])
        {
            if (Short(directory, little) != OrientationTag) { continue; }
            var value = Short(directory[8..], little);
            return Short(directory[2..], little) == ShortType && value is >= 1 and <= 8 ? value : 1;
        }

        return 1;
    }

    static ushort Short(ReadOnlySpan<byte> bytes, bool little) =>
        little ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);
}
