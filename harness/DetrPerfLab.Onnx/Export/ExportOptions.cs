namespace DetrPerfLab.Onnx;

/// <summary>What can be chosen when a DETR becomes an ONNX model. Written into the model's metadata.</summary>
public sealed record ExportOptions
{
    /// <summary>Whether the model takes <c>pixel_mask</c>, which batches of unequal images need. Without it the graph is simpler and a little faster.</summary>
    public bool PixelMask { get; init; } = true;

    /// <summary>
    /// Whether the inner tensors that locate a difference to another implementation become outputs, in the original's layout:
    /// <c>backbone_feature</c> [N,C,h,w], <c>position_encoding</c> and <c>encoder_memory</c> [N,hidden,h,w].
    /// </summary>
    public bool StageOutputs { get; init; }
}
