namespace DetrPerfLab.Vision;

/// <summary>A decoded photograph: interleaved 8-bit RGB, upright (EXIF orientation applied), no padding between rows.</summary>
/// <remarks>The buffer is kept when a smaller or equal image is loaded into it, so that a loop over a folder allocates nothing once warm.</remarks>
public sealed class RgbImage
{
    byte[] _pixels = [];

    public ImageSize Size { get; private set; }

    /// <summary>The pixels, [height, width, 3].</summary>
    public Span<byte> Pixels => _pixels.AsSpan(0, checked(Size.Height * Size.Width * 3));

    /// <summary>Sets the size and makes room; the content is undefined until written.</summary>
    public void Resize(ImageSize size)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size.Height);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size.Width);
        var bytes = checked(size.Height * size.Width * 3);
        if (_pixels.Length < bytes) { _pixels = GC.AllocateUninitializedArray<byte>(bytes); }
        Size = size;
    }
}
