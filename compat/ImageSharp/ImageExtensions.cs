using SixLabors.ImageSharp.Codecs;
using SixLabors.ImageSharp.Formats.Jpeg;

namespace SixLabors.ImageSharp;

public static class ImageExtensions
{
    public static void SaveAsPng(this Image source, Stream stream) => PngCodec.Encode(source.Bytes, source.Size, stream);

    public static void SaveAsJpeg(this Image source, Stream stream) => source.SaveAsJpeg(stream, new JpegEncoder());

    public static void SaveAsJpeg(this Image source, Stream stream, JpegEncoder encoder) =>
        JpegCodec.Encode(source.Bytes, source.Size, encoder.Quality ?? 75, stream);
}
