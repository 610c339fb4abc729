namespace DetrPerfLab.Vision;

/// <summary>How photographs become a model's input.</summary>
public sealed record PreprocessOptions
{
    /// <summary>To which size. Default: DETR's 800/1333.</summary>
    public ResizeRule Resize { get; init; } = ResizeRule.Detr;

    /// <summary>What makes floats of bytes. Default: ImageNet's mean and deviation.</summary>
    public Normalization Normalization { get; init; } = Normalization.ImageNet;

    /// <summary>Threads that one image may use.</summary>
    public int Threads
    {
        get;
        init => field = value is >= 1 and <= 256 ? value : throw LabError.OutOfRange(value, "1 to 256");
    } = 1;

    /// <summary>Name of the float32 input [N, 3, H, W].</summary>
    public string PixelsName { get; init; } = "pixel_values";

    /// <summary>Name of the int64 input [N, H, W], 1 where there is image; filled where the model has it.</summary>
    public string MaskName { get; init; } = "pixel_mask";

    /// <summary>The original DETR's preprocessing.</summary>
    public static PreprocessOptions Detr { get; } = new();

    /// <summary>The DEIM family's: a fixed size, divided by 255 only.</summary>
    public static PreprocessOptions Deim(ImageSize size) =>
        new() { Resize = ResizeRule.Exact(size), Normalization = Normalization.UnitRange, PixelsName = "images" };
}
