using System.Text;
using SkiaSharp;

namespace DetrPerfLab.Vision;

/// <summary>Photographs into <see cref="RgbImage"/>: upright (EXIF orientation applied), 8 bits a channel, taken as sRGB.</summary>
/// <remarks>
/// To the bit what Pillow's <c>convert('RGB')</c> gives, with which the models were trained: Skia decodes JPEG by libjpeg-turbo and PNG by libpng as Pillow does.
/// Alpha is dropped, not composited; colour profiles and gamma are ignored; of 16 bits the upper 8 are kept (of grey, too, which Pillow clips to white);
/// of several frames the first is read and no other looked at. Buffers are kept from one image to the next. Not thread-safe: one decoder, one caller.
/// </remarks>
public sealed class ImageDecoder
{
    byte[] _file = new byte[1 << 18];
    byte[] _rgba = [];

    /// <summary>The most pixels that are decoded; a larger image is refused before anything is allocated for it.</summary>
    /// <remarks>200 million: twice the largest camera sensors in trade, 600 MB decoded.</remarks>
    internal long MaxPixels { get; init; } = 200_000_000;

    internal int MaxFileBytes { get; init; } = 512 << 20;

    /// <summary>Decodes a file, whatever its extension. The target is left alone when that fails.</summary>
    internal void Decode(string path, RgbImage target)
    {
        if (!File.Exists(path)) { throw LabError.FileNotFound(path, "Name a JPEG or PNG file."); }
        try
        {
            using var stream = InputFile.Open(path, bufferSize: 0);
            Decode(stream, path, target);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw LabError.BadInput($"File '{path}' cannot be read: {e.Message}", e);
        }
    }

    internal void Decode(Stream stream, string name, RgbImage target) => Decode(Read(stream, name), name, target);

    /// <summary>Decodes a whole file that lies in memory; messages call it by the name. The target is left alone when that fails.</summary>
    public void Decode(ReadOnlySpan<byte> data, string name, RgbImage target)
    {
        if (data.IsEmpty) { throw UnknownFormat(name, data); }
        if (!ImageCompleteness.IsComplete(data)) { throw Truncated(name); }
        try
        {
            var (stored, orientation) = ToRgba(data, name);
            PixelPacking.ToRgb(_rgba.AsSpan(0, stored.Height * stored.Width * 4), stored, orientation, target);
        }
        catch (Exception e) when (e.GetBaseException() is DllNotFoundException missing)
        {
            // Skia's types throw it inside a failed type initialiser.
            throw LabError.Missing($"The image library Skia cannot be loaded: {missing.Message.Split('\n')[0].TrimEnd('.')}. "
                + "Its package has builds for Windows, macOS and Linux on x64 and arm64: build on the machine that runs the lab, or with -r and its runtime identifier.", missing);
        }
    }

    /// <summary>Fills the buffer with [height, width, 4], as stored.</summary>
    unsafe (ImageSize Stored, int Orientation) ToRgba(ReadOnlySpan<byte> data, string name)
    {
        fixed (byte* file = data)
        {
            using var borrowed = SKData.Create((nint)file, data.Length);
            using var codec = SKCodec.Create(borrowed);
            if (codec is null || !IsAsPillow(codec)) { throw UnknownFormat(name, data); }
            var size = new ImageSize(codec.Info.Height, codec.Info.Width);
            if ((long)size.Height * size.Width > Math.Min(MaxPixels, Array.MaxLength / 4))
            {
                throw LabError.BadInput($"Image '{name}' says it has {size.Width} x {size.Height} pixels, needed at most {MaxPixels / 1_000_000} million. Scale it down first.");
            }

            var bytes = size.Height * size.Width * 4;
            if (_rgba.Length < bytes) { _rgba = GC.AllocateUninitializedArray<byte>(bytes); }
            fixed (byte* pixels = _rgba)
            {
                // Without a colour space nothing is converted; unpremultiplied, the colour under a transparent pixel stays.
                var result = codec.GetPixels(new SKImageInfo(size.Width, size.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul), (nint)pixels);
                if (result == SKCodecResult.IncompleteInput) { throw Truncated(name); }
                if (result != SKCodecResult.Success) { throw LabError.BadInput($"Image '{name}' could not be decoded: Skia says {result}. Fetch or export it again."); }
            }

            return (size, codec.EncodedFormat == SKEncodedImageFormat.Png ? PngChunks.Orientation(data) : (int)codec.EncodedOrigin);
        }
    }

    /// <summary>Formats of which Skia and Pillow make the same pixels. A GIF's transparent ones are black in Skia, of their palette colour in Pillow.</summary>
    static bool IsAsPillow(SKCodec codec) => codec.EncodedFormat switch
    {
        SKEncodedImageFormat.Jpeg or SKEncodedImageFormat.Png or SKEncodedImageFormat.Webp or SKEncodedImageFormat.Bmp => true,
        SKEncodedImageFormat.Gif => codec.Info.AlphaType == SKAlphaType.Opaque,
        _ => false,
    };

    static LabException UnknownFormat(string name, ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty) { return LabError.BadInput($"Image '{name}' is empty. Needed a JPEG or PNG file."); }
        var head = Encoding.ASCII.GetString(data[..Math.Min(12, data.Length)]);
        return LabError.BadInput($"Image '{name}' begins with '{string.Concat(head.Select(c => char.IsControl(c) || c == '?' ? '.' : c))}', "
            + "which is damaged or none of the formats that are read here: JPEG (8 bits, not lossless), PNG, WebP, BMP, GIF without transparency. Convert it to JPEG or PNG.");
    }

    static LabException Truncated(string name) => LabError.BadInput($"Image '{name}' is truncated: it ends without an end marker. Fetch or export it again.");

    ReadOnlySpan<byte> Read(Stream stream, string name)
    {
        var read = 0;
        while (true)
        {
            if (read == _file.Length) { Array.Resize(ref _file, (int)Math.Min(2L * read, MaxFileBytes + 1L)); }
            var more = stream.Read(_file, read, _file.Length - read);
            if (more == 0) { return _file.AsSpan(0, read); }
            read += more;
            if (read > MaxFileBytes) { throw LabError.BadInput($"Image '{name}' has more than {MaxFileBytes >> 20} MiB, the most that is read. Scale it down or compress it."); }
        }
    }
}
