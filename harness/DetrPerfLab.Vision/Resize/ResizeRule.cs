namespace DetrPerfLab.Vision;

/// <summary>To which size an image is brought before it enters a model.</summary>
public sealed record ResizeRule
{
    readonly int _shorter;
    readonly int _longest;
    readonly ImageSize _exact;

    ResizeRule(int shorter, int longest, ImageSize exact) => (_shorter, _longest, _exact) = (shorter, longest, exact);

    /// <summary>DETR's own: the shorter side to 800, the longer at most 1333.</summary>
    public static ResizeRule Detr { get; } = ShorterSide(800);

    /// <summary>Keeps the aspect ratio.</summary>
    /// <param name="shorter">Pixels of the shorter side.</param>
    /// <param name="longest">Most pixels of the longer side; it wins over <paramref name="shorter"/>.</param>
    public static ResizeRule ShorterSide(int shorter, int longest = 1333)
    {
        if (shorter is < 1 or > ImageGeometry.LongestSide) { throw LabError.OutOfRange(shorter, $"1 to {ImageGeometry.LongestSide}", "shorter side"); }
        if (longest < shorter || longest > ImageGeometry.LongestSide)
        {
            throw LabError.OutOfRange(longest, $"{shorter} (the shorter side) to {ImageGeometry.LongestSide}", "longest side");
        }

        return new ResizeRule(shorter, longest, default);
    }

    /// <summary>One size for every image, whatever its aspect ratio (the DEIM family: 320x320).</summary>
    public static ResizeRule Exact(ImageSize size)
    {
        if (size.Height is < 1 or > ImageGeometry.LongestSide) { throw LabError.OutOfRange(size, $"1 to {ImageGeometry.LongestSide}", "height"); }
        if (size.Width is < 1 or > ImageGeometry.LongestSide) { throw LabError.OutOfRange(size, $"1 to {ImageGeometry.LongestSide}", "width"); }
        return new ResizeRule(0, 0, size);
    }

    /// <summary>Shorter side that images are brought to, pixels; an image whose longer side reaches its limit first is smaller.</summary>
    public int Side => _shorter > 0 ? _shorter : Math.Min(_exact.Height, _exact.Width);

    /// <summary>The size that an image of <paramref name="original"/> takes.</summary>
    /// <exception cref="LabException">The image is longer than <see cref="ImageGeometry.LongestSide"/>.</exception>
    public ImageSize Apply(ImageSize original)
    {
        ImageGeometry.CheckSides(original);
        return _shorter > 0 ? ImageGeometry.ShorterSide(original, _shorter, _longest) : _exact;
    }

    /// <summary>For example <c>800/1333</c> or <c>320x320</c>.</summary>
    public override string ToString() => _shorter > 0 ? $"{_shorter}/{_longest}" : _exact.ToString();
}
