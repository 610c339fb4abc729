namespace SixLabors.ImageSharp;

/// <summary>What a file's header says, before EXIF orientation.</summary>
public class ImageInfo
{
    internal ImageInfo(Size size) => Size = size;

    public Size Size { get; }

    public int Width => Size.Width;

    public int Height => Size.Height;
}
