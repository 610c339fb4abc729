using DetrPerfLab.Core;
using SkiaSharp;

namespace DetrPerfLab.Detecting;

/// <summary>Photographs into <see cref="RgbImage"/>: upright (EXIF orientation applied), 8 bits a channel, taken as sRGB.</summary>
/// <remarks>
/// Alpha is dropped, not composited, and embedded colour profiles are ignored: what Pillow's <c>convert('RGB')</c> does, with which the models were trained.
/// Samples of 16 bits are rounded to 8. The file's buffer is kept from one image to the next. Not thread-safe: one decoder, one caller.
/// </remarks>
public sealed class ImageDecoder
{
    byte[] _file = new byte[1 << 18];

    /// <summary>The most pixels that are decoded; a larger image is refused before anything is allocated for it.</summary>
    /// <remarks>200 million: twice the largest camera sensors in trade, 600 MB decoded.</remarks>
    public long MaxPixels { get; init; } = 200_000_000;

    /// <summary>The most bytes that are read of a file.</summary>
    public int MaxFileBytes { get; init; } = 512 << 20;

    /// <summary>Decodes a file.</summary>
    /// <param name="path">JPEG or PNG; the extension does not matter.</param>
    /// <param name="target">Resized and filled; left alone when the file cannot be decoded.</param>
    /// <exception cref="LabException">The file is missing, too large, no image, or damaged.</exception>
    public void Decode(string path, RgbImage target)
    {
        if (!File.Exists(path)) { throw LabError.FileNotFound(path, "Name a JPEG or PNG file."); }
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            Decode(stream, path, target);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw LabError.FileUnreadable(path, e);
        }
    }

    /// <summary>Decodes what is left of a stream.</summary>
    /// <param name="stream">Read to its end.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="target">As in <see cref="Decode(string, RgbImage)"/>.</param>
    public void Decode(Stream stream, string name, RgbImage target) => Decode(Read(stream, name), name, target);

    /// <summary>Decodes a whole file that lies in memory.</summary>
    /// <param name="data">The file.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="target">As in <see cref="Decode(string, RgbImage)"/>.</param>
    public void Decode(ReadOnlySpan<byte> data, string name, RgbImage target)
    {
        if (data.IsEmpty) { throw LabError.ImageUnknownFormat(name, data); }
        if (!ImageCompleteness.IsComplete(data)) { throw LabError.ImageTruncated(name); }
        try
        {
            using var copy = SKData.CreateCopy(data);
            using var codec = SKCodec.Create(copy) ?? throw LabError.ImageUnknownFormat(name, data);
            if ((long)codec.Info.Width * codec.Info.Height > MaxPixels)
            {
                throw LabError.ImageTooLarge(name, new ImageSize(codec.Info.Height, codec.Info.Width), MaxPixels);
            }

            var info = codec.Info.WithColorType(SKColorType.Rgba8888).WithAlphaType(SKAlphaType.Unpremul);
            using var bitmap = new SKBitmap(info);
            if (codec.GetPixels(info, bitmap.GetPixels()) != SKCodecResult.Success) { throw LabError.ImageTruncated(name); }
            target.Resize(new ImageSize(info.Height, info.Width));
            var pixels = bitmap.GetPixelSpan();
            for (int i = 0, o = 0; i < pixels.Length; i += 4, o += 3) { pixels.Slice(i, 3).CopyTo(target.Pixels[o..]); }
        }
        catch (DllNotFoundException e)
        {
            throw LabError.ImageLibraryMissing(e);
        }
        catch (Exception e) when (e is not (LabException or OutOfMemoryException))
        {
            // Not ImageFormatException alone: damaged files bring out null references and bad indices in managed decoders.
            throw LabError.ImageDamaged(name, e);
        }
    }

    ReadOnlySpan<byte> Read(Stream stream, string name)
    {
        var read = 0;
        while (true)
        {
            if (read == _file.Length) { Array.Resize(ref _file, (int)Math.Min(2L * read, MaxFileBytes + 1L)); }
            var more = stream.Read(_file, read, _file.Length - read);
            if (more == 0) { return _file.AsSpan(0, read); }
            read += more;
            if (read > MaxFileBytes) { throw LabError.ImageFileTooLarge(name, MaxFileBytes); }
        }
    }
}
