namespace DetrPerfLab.Vision;

/// <summary>Sizes before and after a resize, and the way back for boxes.</summary>
public static class ImageGeometry
{
    /// <summary>The longest side, in pixels, that the lab resizes from or to: JPEG's own limit.</summary>
    /// <remarks>Keeps the resampler's sums in 32 bits and the memory of an extreme aspect ratio bounded.</remarks>
    public const int LongestSide = 65535;

    /// <summary>DETR's size rule, with its rounding.</summary>
    /// <param name="original">Size of the photograph.</param>
    /// <param name="shorter">Wanted shorter side.</param>
    /// <param name="longest">Most pixels of the longer side. The shorter side is rounded to fit it, so the longer may come out a little above.</param>
    /// <remarks>
    /// Source: facebookresearch/detr@29901c5, datasets/transforms.py, get_size_with_aspect_ratio (half to even, then truncation).
    /// Where the original rounds the shorter side to 0 and fails, this gives 1 by <paramref name="longest"/>.
    /// </remarks>
    public static ImageSize ShorterSide(ImageSize original, int shorter, int longest)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(original.Height);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(original.Width);
        var (h, w) = original;
        double min = Math.Min(h, w), max = Math.Max(h, w);
        if (max / min * shorter > longest)
        {
            shorter = (int)Math.Round(longest * min / max, MidpointRounding.ToEven);
            if (shorter == 0) { return w < h ? new ImageSize(longest, 1) : new ImageSize(1, longest); }
        }

        if (Math.Min(h, w) == shorter) { return original; }
        return w < h
            ? new ImageSize((int)((double)((long)shorter * h) / w), shorter)
            : new ImageSize(shorter, (int)((double)((long)shorter * w) / h));
    }

    /// <summary>Refuses a side longer than <see cref="LongestSide"/>.</summary>
    internal static void CheckSides(ImageSize size)
    {
        if (Math.Max(size.Height, size.Width) > LongestSide)
        {
            throw LabError.BadInput($"Image of {size} pixels (height x width), needed at most {LongestSide} on each side. Shrink or tile it first.");
        }
    }
}
