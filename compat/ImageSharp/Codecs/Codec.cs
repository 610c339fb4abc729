namespace SixLabors.ImageSharp.Codecs;

enum Format
{
    Jpeg,
    Png,
}

/// <summary>What is known of an image before its pixels are decoded.</summary>
/// <param name="Format">The codec.</param>
/// <param name="Size">As stored, before orientation.</param>
/// <param name="Components">JPEG: colour components. PNG: not used.</param>
/// <param name="Orientation">EXIF orientation, 1 to 8; 1 where there is none.</param>
readonly record struct Header(Format Format, Size Size, int Components, int Orientation);

/// <summary>Tells formats apart by their first bytes; a file's name says nothing.</summary>
static class Codec
{
    internal static Header ReadHeader(ReadOnlySpan<byte> data) =>
        data.StartsWith(JpegHeader.Signature) ? JpegHeader.Read(data)
        : data.StartsWith(PngChunks.Signature) ? PngChunks.ReadHeader(data)
        : throw new UnknownImageFormatException("Image cannot be loaded. Available decoders: JPEG, PNG.");

    /// <summary>Fills <paramref name="rgb"/>, [height, width, 3].</summary>
    internal static void Decode(ReadOnlySpan<byte> data, Header header, Span<byte> rgb)
    {
        if (header.Format == Format.Jpeg) { JpegCodec.Decode(data, header, rgb); }
        else { PngCodec.Decode(data, header, rgb); }
    }
}
