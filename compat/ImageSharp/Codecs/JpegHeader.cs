using System.Buffers.Binary;

namespace SixLabors.ImageSharp.Codecs;

/// <summary>Walks a JPEG's markers up to the first scan.</summary>
/// <remarks>
/// Ours and not tjDecompressHeader3, which refuses files whose sampling factors it has no name for though it can decode them.
/// Source: ITU-T T.81, annex B.
/// </remarks>
static class JpegHeader
{
    internal static ReadOnlySpan<byte> Signature => [0xFF, 0xD8, 0xFF];

    internal static Header Read(ReadOnlySpan<byte> data)
    {
        var (size, components, orientation) = (default(Size), 0, 1);
        var at = 2;
        while (at + 4 <= data.Length)
        {
            if (data[at] != 0xFF) { at++; continue; } // libjpeg skips garbage between segments too
            var marker = data[at + 1];
            if (marker == 0xFF) { at++; continue; } // fill byte
            if (marker is 0x00 or 0x01 or (>= 0xD0 and <= 0xD8)) { at += 2; continue; } // stand alone, without a length
            if (marker == 0xD9) { break; } // end of image
            var length = BinaryPrimitives.ReadUInt16BigEndian(data[(at + 2)..]);
            if (length < 2 || at + 2 + length > data.Length) { throw Damaged("a segment reaches past its end"); }
            var body = data.Slice(at + 4, length - 2);
            if (marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC) && components == 0)
            {
                if (body.Length < 6) { throw Damaged("its frame header is too short"); }
                size = new Size(BinaryPrimitives.ReadUInt16BigEndian(body[3..]), BinaryPrimitives.ReadUInt16BigEndian(body[1..]));
                components = body[5];
                if (size.Width == 0 || size.Height == 0) { throw Damaged($"its size is {size.Width}x{size.Height}"); }
                if (components is not (1 or 3 or 4)) { throw Damaged($"it has {components} colour components, needed 1, 3 or 4"); }
            }
            else if (marker == 0xE1 && orientation == 1 && body.StartsWith("Exif\0\0"u8)) { orientation = Exif.Orientation(body[6..]); }
            else if (marker == 0xDA)
            {
                return components > 0 ? new(Format.Jpeg, size, components, orientation)
                    : throw Damaged("a scan comes before the frame header");
            }

            at += 2 + length;
        }

        throw Damaged("it ends before its first scan");
    }

    static InvalidImageContentException Damaged(string what) => new($"Damaged JPEG: {what}.");
}
