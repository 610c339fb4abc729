namespace DetrPerfLab.Vision;

/// <summary>What a user can ask of a detector.</summary>
public sealed record DetectorOptions
{
    /// <summary>Shorter side in pixels that images are brought to; null for the family's own (DETR: 800). A size that the model fixes wins.</summary>
    public int? Size
    {
        get;
        init => field = value is null or (>= 1 and <= ResizeRule.LongestSide) ? value : throw LabError.OutOfRange(value, $"1 to {ResizeRule.LongestSide}", "size");
    }

    public PostprocessOptions Postprocess { get; init; } = new();
    public int Threads { get; init; } = 1; // of preprocessing, for one image
}

/// <summary>How photographs become a model's input. The defaults are those of the original DETR.</summary>
public sealed record PreprocessOptions
{
    public ResizeRule Resize { get; init; } = ResizeRule.Detr;
    internal Normalization Normalization { get; init; } = Normalization.ImageNet;

    /// <summary>Threads that one image may use, 1 to 256.</summary>
    public int Threads
    {
        get;
        init => field = value is >= 1 and <= 256 ? value : throw LabError.OutOfRange(value, "1 to 256");
    } = 1;

    internal string PixelsName { get; init; } = "pixel_values"; // float32 [N, 3, H, W], or [N, H, W, 3]
    internal ResampleKernel Kernel { get; init; } = ResampleKernel.Bilinear;
    internal bool Bgr { get; init; } // the model's first channel is blue
    internal bool ChannelsLast { get; init; } // [N, H, W, 3]

    /// <summary>Whether the fused path serves, which every DETR needs: the others go step by step.</summary>
    internal bool IsFused => Kernel == ResampleKernel.Bilinear && !Bgr && !ChannelsLast && Resize.Crop is null;

    /// <summary>For example <c>800/1333 bilinear, / 255, mean 0.485 0.456 0.406, std 0.229 0.224 0.225</c>.</summary>
    public string Describe() => string.Create(CultureInfo.InvariantCulture, $"{Resize} {Kernel.ToString().ToLowerInvariant()}, ")
        + (Normalization.Scale == Normalization.UnitScale ? "/ 255" : string.Create(CultureInfo.InvariantCulture, $"* {Normalization.Scale:0.######}"))
        + $", mean {Join(Normalization.Mean)}, std {Join(Normalization.Deviation)}" + (Bgr ? ", blue first" : "") + (ChannelsLast ? ", channels last" : "");

    static string Join(IReadOnlyList<float> values) => string.Join(' ', values.Select(v => v.ToString("0.######", CultureInfo.InvariantCulture)));


    public static PreprocessOptions Detr { get; } = new();
}

/// <summary>Which detections are kept.</summary>
public sealed record PostprocessOptions
{
    /// <summary>Lowest score, in [0, 1]. Default 0.7, as in DETR's own demonstration; 0 keeps all for COCO AP.</summary>
    public float Threshold
    {
        get;
        init => field = value is >= 0 and <= 1 ? value : throw LabError.OutOfRange(value, "0 to 1");
    } = 0.7f;

    /// <summary>Greatest IoU of two detections of one class, in [0, 1]; null leaves overlaps be: a DETR needs no suppression.</summary>
    public float? NmsIou
    {
        get;
        init => field = value is null or (>= 0 and <= 1) ? value : throw LabError.OutOfRange(value, "0 to 1");
    }
}
