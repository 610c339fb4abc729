namespace DetrPerfLab.Vision;

/// <summary>Whole pixels; right and bottom stand just outside.</summary>
readonly record struct PixelRect(int Left, int Top, int Right, int Bottom)
{
    internal int Width => Right - Left;

    internal int Height => Bottom - Top;

    internal PixelRect Grow(int by) => new(Left - by, Top - by, Right + by, Bottom + by);

    /// <summary>Square pixels that both cover.</summary>
    internal long Overlap(PixelRect other)
    {
        var width = Math.Min(Right, other.Right) - Math.Max(Left, other.Left);
        var height = Math.Min(Bottom, other.Bottom) - Math.Max(Top, other.Top);
        return width > 0 && height > 0 ? (long)width * height : 0;
    }
}
