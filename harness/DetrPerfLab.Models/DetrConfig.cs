using System.Text.Json.Serialization;

namespace DetrPerfLab.Models;

/// <summary>The shape of a DETR.</summary>
/// <remarks>Source: facebookresearch/detr@29901c5, main.py (options) and models/detr.py.</remarks>
public sealed record DetrConfig : ModelConfig
{
    public int BackboneDepth { get; init; } = 50; // of the ResNet, one of ResNetShape.Depths
    public int BackboneWidth { get; init; } = 64; // channels of the ResNet's stem, on which those of its stages follow
    public IReadOnlyList<int>? InnerChannels { get; init; } // of a pruned backbone: between the convolutions of its blocks, in order; null: as many as its width gives
    public bool Dilation { get; init; } // DC5: the last stage is dilated instead of strided, so that features lie at 1/16 instead of 1/32
    public int HiddenDim { get; init; } = 256;
    public int Heads { get; init; } = 8; // not visible in tensor shapes; every published DETR has 8
    public int EncoderLayers { get; init; } = 6;
    public int DecoderLayers { get; init; } = 6;
    public int FeedForwardDim { get; init; } = 2048;
    public IReadOnlyList<int>? FeedForwardDims { get; init; } // of a pruned model: of each layer, the encoder's first; null: FeedForwardDim
    public int Queries { get; init; } = 100; // the most objects that one image can have
    public int Classes { get; init; } = 91; // without "no object"; logits has one more
    public int BoxHeadLayers { get; init; } = 3;

    /// <summary>Hidden width of a layer's feed-forward block; the decoder's layers follow on the encoder's.</summary>
    public int FeedForwardOf(int layer) => FeedForwardDims?[layer] ?? FeedForwardDim;

    [JsonIgnore]
    public ResNetShape Backbone => new(BackboneDepth, Dilation, Prefix: "backbone.0.body.", BackboneWidth, InnerChannels);

    [JsonIgnore]
    public override IReadOnlyList<TensorSpec> Inputs => DetrInterface.Inputs;

    [JsonIgnore]
    public override IReadOnlyList<TensorSpec> Outputs => DetrInterface.Outputs(Queries, Classes + 1);

    public override IReadOnlyList<WeightSpec> Describe() => DetrStateDict.Describe(this);

    /// <summary>Wavelengths of the sine position encoding, [hidden / 2]; sine and cosine share each by turns.</summary>
    /// <remarks>Source: facebookresearch/detr@29901c5, models/position_encoding.py, PositionEmbeddingSine (temperature 10000).</remarks>
    public float[] PositionWavelengths() => [.. Enumerable.Range(0, HiddenDim / 2).Select(i => MathF.Pow(10000, 2 * (i / 2) / (float)(HiddenDim / 2)))];

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
