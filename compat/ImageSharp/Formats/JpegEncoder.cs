namespace SixLabors.ImageSharp.Formats.Jpeg;

public sealed class JpegEncoder
{
    /// <summary>1 to 100; null stands for 75.</summary>
    public int? Quality
    {
        get;
        init => field = value is < 1 or > 100 ? throw new ArgumentException("Quality factor must be in [1..100] range.") : value;
    }
}
