namespace DetrPerfLab.Vision;

/// <summary>How photographs become a model's input. The defaults are those of the original DETR.</summary>
public sealed record PreprocessOptions
{
    /// <summary>To which size. Default: DETR's 800/1333.</summary>
    public ResizeRule Resize { get; init; } = ResizeRule.Detr;

    internal Normalization Normalization { get; init; } = Normalization.ImageNet;

    /// <summary>Threads that one image may use, 1 to 256.</summary>
    public int Threads
    {
        get;
        init => field = value is >= 1 and <= 256 ? value : throw LabError.OutOfRange(value, "1 to 256");
    } = 1;

    /// <summary>Name of the float32 input [N, 3, H, W].</summary>
    internal string PixelsName { get; init; } = "pixel_values";

    /// <summary>The original DETR's preprocessing.</summary>
    public static PreprocessOptions Detr { get; } = new();
}
