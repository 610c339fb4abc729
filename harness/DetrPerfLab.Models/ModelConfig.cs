using System.Text.Json.Serialization;

namespace DetrPerfLab.Models;

/// <summary>The shape of a model: all that an exporter or an eager model needs beside the weights.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(DetrConfig), "detr")]
[JsonDerivedType(typeof(ResNetConfig), "resnet")]
[JsonDerivedType(typeof(VitConfig), "vit")]
public abstract record ModelConfig
{
    public required string Name { get; init; } // in the zoo or of the file it was read from, for example detr_resnet50

    [JsonIgnore]
    public abstract IReadOnlyList<TensorSpec> Inputs { get; }

    [JsonIgnore]
    public abstract IReadOnlyList<TensorSpec> Outputs { get; }

    /// <summary>Every tensor of the official state dict, in its order.</summary>
    public abstract IReadOnlyList<WeightSpec> Describe();
}

/// <summary>A classifier of whole pictures: <c>pixel_values</c> float32 [N, 3, H, W] in, <c>logits</c> float32 [N, classes] out.</summary>
public abstract record ClassifierConfig : ModelConfig
{
    public int Classes { get; init; } = 1000;

    [JsonIgnore]
    public override IReadOnlyList<TensorSpec> Inputs => [DetrInterface.Inputs[0]];

    [JsonIgnore]
    public override IReadOnlyList<TensorSpec> Outputs => [new(DetrInterface.Logits, ElementType.Float32, ["N", Classes])];
}

/// <summary>torchvision's ResNet for ImageNet.</summary>
/// <remarks>Source: pytorch/vision 0.14, torchvision/models/resnet.py (stride in a bottleneck's 3x3 convolution).</remarks>
public sealed record ResNetConfig : ClassifierConfig
{
    public int Depth { get; init; } = 50;

    [JsonIgnore]
    public ResNetShape Shape => new(Depth, Dilation: false, Prefix: "");

    public static ResNetConfig ResNet50 { get; } = new() { Name = "resnet50" };

    public override IReadOnlyList<WeightSpec> Describe()
    {
        var list = new List<WeightSpec>();
        Shape.Describe(list);
        list.Add(new("fc.weight", [Classes, Shape.Channels]));
        list.Add(new("fc.bias", [Classes]));
        return list;
    }
}

/// <summary>torchvision's vision transformer for ImageNet: pre-norm, a class token, learnt positions.</summary>
/// <remarks>Source: pytorch/vision 0.14, torchvision/models/vision_transformer.py, and Dosovitskiy et al., arXiv:2010.11929. Positions of other grids follow its interpolate_embeddings, which its tests
/// here hold them to: bicubic, align_corners. Hugging Face's interpolate_pos_encoding is bicubic without align_corners, so its logits at other sizes than the model's own differ a little.</remarks>
public sealed record VitConfig : ClassifierConfig
{
    public int Patch { get; init; } = 16; // pixels on a side
    public int Grid { get; init; } = 14; // patches on a side of the pictures that it was trained on; positions of other grids are interpolated
    public int Hidden { get; init; } = 768;
    public int Layers { get; init; } = 12;
    public int Heads { get; init; } = 12;
    public int FeedForward { get; init; } = 3072;
    public float NormEpsilon { get; init; } = 1e-6f; // 1e-12 in Hugging Face's

    public static VitConfig VitB16 { get; } = new() { Name = "vit_b_16" };

    /// <summary>What the names of an encoder layer begin with.</summary>
    public static string Layer(int index) => $"encoder.layers.encoder_layer_{index}";

    public override IReadOnlyList<WeightSpec> Describe()
    {
        var list = new List<WeightSpec>();
        Add("class_token", 1, 1, Hidden);
        Add("conv_proj.weight", Hidden, 3, Patch, Patch);
        Add("conv_proj.bias", Hidden);
        Add("encoder.pos_embedding", 1, 1 + (Grid * Grid), Hidden);
        for (var i = 0; i < Layers; i++)
        {
            var layer = Layer(i);
            Pair($"{layer}.ln_1", [Hidden], Hidden);
            Add($"{layer}.self_attention.in_proj_weight", 3 * Hidden, Hidden);
            Add($"{layer}.self_attention.in_proj_bias", 3 * Hidden);
            Pair($"{layer}.self_attention.out_proj", [Hidden, Hidden], Hidden);
            Pair($"{layer}.ln_2", [Hidden], Hidden);
            Pair($"{layer}.mlp.0", [FeedForward, Hidden], FeedForward);
            Pair($"{layer}.mlp.3", [Hidden, FeedForward], Hidden);
        }

        Pair("encoder.ln", [Hidden], Hidden);
        Pair("heads.head", [Classes, Hidden], Classes);
        return list;

        void Add(string name, params long[] shape) => list.Add(new(name, shape));
        void Pair(string name, long[] weight, long bias)
        {
            Add($"{name}.weight", weight);
            Add($"{name}.bias", bias);
        }
    }
}
