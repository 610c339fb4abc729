namespace DetrPerfLab.Models;

/// <summary>The shape of a DETR: all that an exporter or an eager model needs beside the weights.</summary>
/// <remarks>Source: facebookresearch/detr@29901c5, main.py (options) and models/detr.py.</remarks>
public sealed record DetrConfig
{
    /// <summary>The name in the zoo or the file it was read from, for example <c>detr_resnet50</c>.</summary>
    public required string Name { get; init; }

    /// <summary>ResNet depth: 18, 34 (basic blocks), 50, 101 or 152 (bottlenecks).</summary>
    public int BackboneDepth { get; init; } = 50;

    /// <summary>DC5: the last stage is dilated instead of strided, so that features lie at 1/16 instead of 1/32.</summary>
    public bool Dilation { get; init; }

    /// <summary>Width of the transformer.</summary>
    public int HiddenDim { get; init; } = 256;

    /// <summary>Attention heads. Not visible in tensor shapes; every published DETR has 8.</summary>
    public int Heads { get; init; } = 8;

    /// <summary>Layers of the encoder.</summary>
    public int EncoderLayers { get; init; } = 6;

    /// <summary>Layers of the decoder.</summary>
    public int DecoderLayers { get; init; } = 6;

    /// <summary>Inner width of the feed-forward blocks.</summary>
    public int FeedForwardDim { get; init; } = 2048;

    /// <summary>Object queries: the most objects that one image can have.</summary>
    public int Queries { get; init; } = 100;

    /// <summary>Classes without "no object"; <c>logits</c> has one more.</summary>
    public int Classes { get; init; } = 91;

    /// <summary>Linear layers of the box head.</summary>
    public int BoxHeadLayers { get; init; } = 3;

    /// <summary>Blocks of each of the four stages of the backbone.</summary>
    public IReadOnlyList<int> BackboneBlocks => BackboneDepth switch
    {
        18 => [2, 2, 2, 2],
        34 or 50 => [3, 4, 6, 3],
        101 => [3, 4, 23, 3],
        152 => [3, 8, 36, 3],
        _ => throw new InvalidOperationException($"No ResNet has depth {BackboneDepth}."),
    };

    /// <summary>Whether blocks are bottlenecks (1x1, 3x3, 1x1) rather than pairs of 3x3.</summary>
    public bool Bottleneck => BackboneDepth >= 50;

    /// <summary>Channels that the backbone gives to <c>input_proj</c>.</summary>
    public int BackboneChannels => Bottleneck ? 2048 : 512;

    /// <summary>Wavelengths of the sine position encoding, [hidden / 2]; sine and cosine share each by turns.</summary>
    /// <remarks>Source: facebookresearch/detr@29901c5, models/position_encoding.py, PositionEmbeddingSine (temperature 10000).</remarks>
    public float[] PositionWavelengths() => [.. Enumerable.Range(0, HiddenDim / 2).Select(i => MathF.Pow(10000, 2 * (i / 2) / (float)(HiddenDim / 2)))];

    /// <summary>The first model of the original zoo.</summary>
    public static DetrConfig DetrR50 { get; } = new() { Name = "detr_resnet50" };

    /// <summary>The four models of the original zoo.</summary>
    public static IReadOnlyList<DetrConfig> Zoo { get; } =
    [
        DetrR50,
        DetrR50 with { Name = "detr_resnet50_dc5", Dilation = true },
        DetrR50 with { Name = "detr_resnet101", BackboneDepth = 101 },
        DetrR50 with { Name = "detr_resnet101_dc5", BackboneDepth = 101, Dilation = true },
    ];
}
