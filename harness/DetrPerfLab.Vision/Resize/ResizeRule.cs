namespace DetrPerfLab.Vision;

/// <summary>To which size an image is brought before it enters a model.</summary>
public sealed record ResizeRule
{
    /// <summary>The longest side, in pixels, that the lab resizes from or to: JPEG's own limit.</summary>
    /// <remarks>Keeps the resampler's sums in 32 bits and the memory of an extreme aspect ratio bounded.</remarks>
    internal const int LongestSide = 65535;

    readonly int _shorter; // 0 where the size is exact
    readonly int _longest;
    readonly ImageSize _exact;

    ResizeRule(int shorter, int longest, ImageSize exact) => (_shorter, _longest, _exact) = (shorter, longest, exact);

    internal static ResizeRule Detr { get; } = ShorterSide(800);

    /// <summary>Keeps the aspect ratio: the shorter side to <paramref name="shorter"/> pixels, fewer where the longer would exceed <paramref name="longest"/>.</summary>
    public static ResizeRule ShorterSide(int shorter, int longest = 1333)
    {
        if (shorter is < 1 or > LongestSide) { throw LabError.OutOfRange(shorter, $"1 to {LongestSide}", "shorter side"); }
        if (longest < shorter || longest > LongestSide) { throw LabError.OutOfRange(longest, $"{shorter} (the shorter side) to {LongestSide}", "longest side"); }
        return new ResizeRule(shorter, longest, default);
    }

    /// <summary>One size for every image, whatever its aspect ratio (the DEIM family: 320x320).</summary>
    internal static ResizeRule Exact(ImageSize size)
    {
        if (size.Height is < 1 or > LongestSide) { throw LabError.OutOfRange(size, $"1 to {LongestSide}", "height"); }
        if (size.Width is < 1 or > LongestSide) { throw LabError.OutOfRange(size, $"1 to {LongestSide}", "width"); }
        return new ResizeRule(0, 0, size);
    }

    /// <summary>Shorter side that images are brought to, pixels; an image whose longer side reaches its limit first is smaller.</summary>
    internal int Side => _shorter > 0 ? _shorter : Math.Min(_exact.Height, _exact.Width);

    /// <remarks>
    /// Source: facebookresearch/detr@29901c5, datasets/transforms.py, get_size_with_aspect_ratio: the shorter side is rounded half to even to fit
    /// the longest, the other truncated, so the longer may come out a little above. Where the original rounds the shorter side to 0 and fails, this gives 1.
    /// </remarks>
    public ImageSize Apply(ImageSize original)
    {
        CheckSides(original);
        if (_shorter == 0) { return _exact; }
        var ((h, w), shorter) = (original, _shorter);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(h, nameof(original));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(w, nameof(original));
        double min = Math.Min(h, w), max = Math.Max(h, w);
        if (max / min * shorter > _longest)
        {
            shorter = (int)Math.Round(_longest * min / max, MidpointRounding.ToEven);
            if (shorter == 0) { return w < h ? new ImageSize(_longest, 1) : new ImageSize(1, _longest); }
        }

        if (Math.Min(h, w) == shorter) { return original; }
        return w < h
            ? new ImageSize((int)((double)((long)shorter * h) / w), shorter)
            : new ImageSize(shorter, (int)((double)((long)shorter * w) / h));
    }

    internal static void CheckSides(ImageSize size)
    {
        if (Math.Max(size.Height, size.Width) > LongestSide)
        {
            throw LabError.BadInput($"Image of {size} pixels (height x width), needed at most {LongestSide} on each side. Shrink or tile it first.");
        }
    }

    /// <summary>For example <c>800/1333</c> or <c>320x320</c>.</summary>
    public override string ToString() => _shorter > 0 ? $"{_shorter}/{_longest}" : _exact.ToString();
}
