using System.Text.RegularExpressions;

namespace DetrPerfLab.Models;

/// <summary>Maps Hugging Face's names of <c>ResNetForImageClassification</c> and <c>ViTForImageClassification</c>, and torchvision's older ones, to torchvision's.</summary>
/// <remarks>Source: huggingface/transformers, models/resnet/modeling_resnet.py, models/vit/modeling_vit.py; pytorch/vision, vision_transformer.py, MLPBlock._load_from_state_dict.</remarks>
static partial class ClassifierNames
{
    const string ResNetPrefix = "resnet.", VitPrefix = "vit.";

    static readonly Dictionary<string, string> s_whole = new(StringComparer.Ordinal)
    {
        ["vit.embeddings.cls_token"] = "class_token",
        ["vit.embeddings.position_embeddings"] = "encoder.pos_embedding",
        ["vit.embeddings.patch_embeddings.projection.weight"] = "conv_proj.weight",
        ["vit.embeddings.patch_embeddings.projection.bias"] = "conv_proj.bias",
        ["vit.layernorm.weight"] = "encoder.ln.weight",
        ["vit.layernorm.bias"] = "encoder.ln.bias",
        ["classifier.weight"] = "heads.head.weight",
        ["classifier.bias"] = "heads.head.bias",
        ["classifier.1.weight"] = "fc.weight",
        ["classifier.1.bias"] = "fc.bias",
    };

    /// <summary>Whether torchvision has a tensor of that name in a ResNet or a ViT, or Hugging Face has.</summary>
    internal static bool Knows(string name) => Official().IsMatch(name) || ToOfficial(name) is not null;

    /// <summary>The official name, and which third of <c>in_proj</c> the tensor is; null when it is no name of Hugging Face's.</summary>
    internal static (string Name, int? Third)? ToOfficial(string name)
    {
        if (s_whole.TryGetValue(name, out var whole)) { return (whole, null); }
        if (name.StartsWith(ResNetPrefix, StringComparison.Ordinal)) { return HuggingFaceNames.ResNet(name[ResNetPrefix.Length..]) is { } resnet ? (resnet, null) : null; }
        if (OldMlp().Match(name) is { Success: true } old) { return ($"{old.Groups["layer"].Value}.mlp.{(old.Groups["part"].Value == "1" ? 0 : 3)}.{old.Groups["kind"].Value}", null); }
        if (!name.StartsWith(VitPrefix, StringComparison.Ordinal) || Layer().Match(name) is not { Success: true } layer) { return null; }
        var (target, kind) = (VitConfig.Layer(int.Parse(layer.Groups["index"].ValueSpan, CultureInfo.InvariantCulture)), layer.Groups["kind"].Value);
        return layer.Groups["part"].Value switch
        {
            "attention.attention.query" => ($"{target}.self_attention.in_proj_{kind}", 0),
            "attention.attention.key" => ($"{target}.self_attention.in_proj_{kind}", 1),
            "attention.attention.value" => ($"{target}.self_attention.in_proj_{kind}", 2),
            "attention.output.dense" => ($"{target}.self_attention.out_proj.{kind}", null),
            "intermediate.dense" => ($"{target}.mlp.0.{kind}", null),
            "output.dense" => ($"{target}.mlp.3.{kind}", null),
            "layernorm_before" => ($"{target}.ln_1.{kind}", null),
            "layernorm_after" => ($"{target}.ln_2.{kind}", null),
            _ => null,
        };
    }

    /// <summary>The shape of a classifier, read off its tensors; null where they are no classifier's.</summary>
    internal static ClassifierConfig? Infer(CheckpointFile file, IReadOnlyDictionary<string, CollectedWeight> weights, string? name)
    {
        long Axis(string tensor, int axis) => weights.TryGetValue(tensor, out var weight) && weight.Shape.Length > axis ? weight.Shape[axis] : throw WeightAssembler.Unfit(file, "a classifier", missing: [tensor]);
        if (weights.ContainsKey("conv1.weight") && weights.ContainsKey("layer1.0.conv1.weight"))
        {
            int[] blocks = [.. Enumerable.Range(1, 4).Select(stage => weights.Keys.Where(k => k.StartsWith($"layer{stage}.", StringComparison.Ordinal)).Select(k => k.Split('.')[1]).Distinct().Count())];
            var bottleneck = weights.ContainsKey("layer1.0.conv3.weight");
            foreach (var depth in ResNetShape.Depths)
            {
                var shape = new ResNetShape(depth, Dilation: false, "");
                if (shape.Bottleneck == bottleneck && shape.BlocksOfStages.SequenceEqual(blocks)) { return new ResNetConfig { Name = name ?? $"resnet{depth}", Depth = depth, Classes = (int)Axis("fc.weight", 0) }; }
            }

            throw file.Unsupported($"its ResNet has {string.Join(", ", blocks)} blocks in its stages", $"Needed: a ResNet-{string.Join(", ", ResNetShape.Depths)}.");
        }

        if (!weights.ContainsKey("conv_proj.weight") || !weights.ContainsKey("encoder.pos_embedding")) { return null; }
        var (hidden, tokens) = ((int)Axis("conv_proj.weight", 0), Axis("encoder.pos_embedding", 1));
        var grid = (int)Math.Sqrt(tokens - 1);
        if (grid < 1 || (grid * grid) + 1 != tokens) { throw file.Unsupported($"its position embedding has {tokens} tokens, which are no square of patches and a class token", "Needed: a ViT that was trained on square pictures."); }
        var layers = weights.Keys.Where(k => k.StartsWith("encoder.layers.encoder_layer_", StringComparison.Ordinal)).Select(k => k.Split('.')[2]).Distinct().Count();
        return new VitConfig
        {
            Name = name ?? "vit",
            Patch = (int)Axis("conv_proj.weight", 2),
            Grid = grid,
            Hidden = hidden,
            Layers = layers,
            Heads = Math.Max(1, hidden / 64), // every published ViT has heads of 64; shapes do not show it
            FeedForward = (int)Axis($"{VitConfig.Layer(0)}.mlp.0.weight", 0),
            Classes = (int)Axis("heads.head.weight", 0),
        };
    }

    [GeneratedRegex(@"^((conv1|conv_proj|fc|heads\.head)\.(weight|bias)|bn1\.\w+|layer[1-4]\.[0-9]{1,3}\.(conv[1-3]|bn[1-3]|downsample\.[01])\.\w+|class_token|encoder\.pos_embedding|encoder\.ln\.\w+|encoder\.layers\.encoder_layer_[0-9]{1,3}\..+)$", RegexOptions.ExplicitCapture)]
    private static partial Regex Official();

    [GeneratedRegex(@"^vit\.encoder\.layer\.(?<index>[0-9]{1,3})\.(?<part>[a-z_.]+)\.(?<kind>weight|bias)$", RegexOptions.ExplicitCapture)]
    private static partial Regex Layer();

    [GeneratedRegex(@"^(?<layer>encoder\.layers\.encoder_layer_[0-9]{1,3})\.mlp\.linear_(?<part>[12])\.(?<kind>weight|bias)$", RegexOptions.ExplicitCapture)]
    private static partial Regex OldMlp();
}
