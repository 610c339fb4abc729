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

    /// <summary>Where the aspect ratio is kept: what the shorter side becomes, and the most that the longer may; pixels.</summary>
    internal (int Shorter, int Longest) Sides => (_shorter, _longest);

    /// <summary>The one size of every image; null where the aspect ratio is kept.</summary>
    internal ImageSize? ExactSize => _shorter == 0 && !IsFit ? _exact : null;

    /// <summary>What is cut out of the middle after the resize; null for all of it.</summary>
    internal ImageSize? Crop { get; init; }

    /// <summary>Whether pictures are brought to the largest size inside the exact one, and padded, instead of to that very size.</summary>
    internal bool IsFit { get; private init; }

    /// <summary>What both sides are a multiple of, rounded down.</summary>
    internal int Multiple { get; init => field = value is >= 1 and <= 1024 ? value : throw LabError.OutOfRange(value, "1 to 1024", "multiple of the sides"); } = 1;

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

    /// <summary>The largest size inside that one which keeps the aspect ratio.</summary>
    internal static ResizeRule Fit(ImageSize size) => Exact(size) with { IsFit = true };

    /// <summary>Shorter side of what the model sees, pixels; an image whose longer side reaches its limit first is smaller.</summary>
    internal int Side => Crop is { } crop ? Math.Min(crop.Height, crop.Width) : _shorter > 0 ? _shorter : Math.Min(_exact.Height, _exact.Width);

    /// <summary>The resize in the keys of <c>preprocessor_config.json</c>; the cut has one of its own there.</summary>
    internal IReadOnlyDictionary<string, int> ToKeys() => _shorter > 0 ? new Dictionary<string, int> { ["shortest_edge"] = _shorter, ["longest_edge"] = _longest }
        : IsFit ? new() { ["max_height"] = _exact.Height, ["max_width"] = _exact.Width }
        : new() { ["height"] = _exact.Height, ["width"] = _exact.Width };

    /// <summary>The same kind of rule for another shorter side; what is cut out and the longest side grow and shrink with it.</summary>
    internal ResizeRule WithSide(int side)
    {
        if (Crop is { } crop)
        {
            var scale = side / (double)Side;
            var resized = _shorter > 0 ? ShorterSide(Scaled(_shorter), Math.Max(Scaled(_shorter), Scaled(_longest))) : Exact(new(Scaled(_exact.Height), Scaled(_exact.Width)));
            return resized with { Crop = new(Scaled(crop.Height), Scaled(crop.Width)) };

            int Scaled(int length) => (int)Math.Clamp(Math.Round(length * scale), 1, LongestSide);
        }

        return _shorter > 0 ? ShorterSide(side, (int)Math.Clamp(side * (long)_longest / _shorter, Math.Max(side, _longest), LongestSide)) with { Multiple = Multiple } : Exact(new(side, side));
    }

    /// <remarks>
    /// Source: facebookresearch/detr@29901c5, datasets/transforms.py, get_size_with_aspect_ratio: the shorter side is rounded half to even to fit
    /// the longest, the other truncated, so the longer may come out a little above. Where the original rounds the shorter side to 0 and fails, this gives 1.
    /// </remarks>
    public ImageSize Apply(ImageSize original)
    {
        CheckSides(original);
        var size = Keep(original);
        if (Multiple > 1) { size = new(Math.Max(size.Height / Multiple, 1) * Multiple, Math.Max(size.Width / Multiple, 1) * Multiple); }
        return Crop is { } crop ? new(Math.Max(size.Height, crop.Height), Math.Max(size.Width, crop.Width)) : size;
    }

    /// <summary>Height and width of what is given to the model of an image of that size: after the resize, and after the cut.</summary>
    internal ImageSize Seen(ImageSize original) => Crop ?? Apply(original);

    ImageSize Keep(ImageSize original)
    {
        if (IsFit)
        {
            var scale = Math.Min(_exact.Height / (double)original.Height, _exact.Width / (double)original.Width);
            return new(Side(original.Height, _exact.Height), Side(original.Width, _exact.Width));

            int Side(int length, int most) => Math.Clamp((int)Math.Round(length * scale), 1, most);
        }

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

    /// <summary>For example <c>800/1333</c>, <c>320x320</c>, <c>256/65535 cut to 224x224</c>.</summary>
    public override string ToString() => (_shorter > 0 ? $"{_shorter}/{_longest}" : IsFit ? $"inside {_exact}" : $"{_exact}") + (Crop is { } crop ? $" cut to {crop}" : "");
}
