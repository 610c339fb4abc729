using System.Text.RegularExpressions;

namespace DetrPerfLab.Models;

/// <summary>Maps the names of Hugging Face's <c>DetrForObjectDetection</c> to the official ones.</summary>
/// <remarks>Source: huggingface/transformers, models/detr (modeling_detr.py and its conversion script) for the transformer and the timm backbone,
/// models/resnet/modeling_resnet.py for a backbone in transformers' own naming.</remarks>
static partial class HuggingFaceNames
{
    const string Backbone = "model.backbone.conv_encoder.model.";

    static readonly (string Theirs, string Ours)[] s_prefixes =
    [
        ("model.decoder.layernorm.", "transformer.decoder.norm."),
        ("model.input_projection.", "input_proj."),
        ("model.query_position_embeddings.", "query_embed."),
        ("class_labels_classifier.", "class_embed."),
        ("bbox_predictor.", "bbox_embed."),
    ];

    /// <summary>The official name, and which third of <c>in_proj</c> the tensor is: 0 query, 1 key, 2 value, null the whole tensor. Null when the name is not one of Hugging Face's DETR.</summary>
    internal static (string Name, int? Third)? ToOfficial(string name)
    {
        if (name.StartsWith(Backbone, StringComparison.Ordinal))
        {
            var body = name[Backbone.Length..];
            return ($"backbone.0.body.{ResNet(body) ?? body}", null);
        }

        if (Projection().Match(name) is { Success: true } projection)
        {
            var attention = projection.Groups["attention"].Value == "encoder_attn" ? "multihead_attn" : "self_attn";
            return ($"transformer.{projection.Groups["layer"].Value}.{attention}.in_proj_{projection.Groups["kind"].Value}",
                "qkv".IndexOf(projection.Groups["part"].Value, StringComparison.Ordinal));
        }

        if (Layer().Match(name) is { Success: true } layer && LayerPart(layer.Groups["side"].Value, layer.Groups["part"].Value) is { } part)
        {
            return ($"transformer.{layer.Groups["layer"].Value}.{part}.{layer.Groups["kind"].Value}", null);
        }

        foreach (var (theirs, ours) in s_prefixes)
        {
            if (name.StartsWith(theirs, StringComparison.Ordinal)) { return (ours + name[theirs.Length..], null); }
        }

        return null;
    }

    static string? LayerPart(string side, string part) => part switch
    {
        "self_attn.out_proj" => "self_attn.out_proj",
        "encoder_attn.out_proj" => "multihead_attn.out_proj",
        "fc1" => "linear1",
        "fc2" => "linear2",
        "self_attn_layer_norm" => "norm1",
        "encoder_attn_layer_norm" => "norm2",
        "final_layer_norm" => side == "encoder" ? "norm2" : "norm3",
        _ => null,
    };

    /// <summary>torchvision's name of a tensor of a ResNet in transformers' own naming; null where it is none.</summary>
    internal static string? ResNet(string name)
    {
        if (Stem().Match(name) is { Success: true } stem) { return Unit(stem, "conv1", "bn1"); }
        if (Block().Match(name) is not { Success: true } block || !int.TryParse(block.Groups["stage"].Value, out var stage)) { return null; }
        var prefix = $"layer{stage + 1}.{block.Groups["block"].Value}.";
        if (block.Groups["unit"].Value is not "" and var unit)
        {
            return int.TryParse(unit, out var index) ? prefix + Unit(block, $"conv{index + 1}", $"bn{index + 1}") : null;
        }

        return prefix + Unit(block, "downsample.0", "downsample.1");
    }

    static string Unit(Match match, string convolution, string norm) =>
        $"{(match.Groups["op"].Value == "convolution" ? convolution : norm)}.{match.Groups["kind"].Value}";

    [GeneratedRegex(
        @"^model\.(?<layer>(encoder|decoder)\.layers\.[0-9]{1,4})\.(?<attention>self_attn|encoder_attn)\.(?<part>[qkv])_proj\.(?<kind>weight|bias)$",
        RegexOptions.ExplicitCapture)]
    private static partial Regex Projection();

    [GeneratedRegex(@"^model\.(?<layer>(?<side>encoder|decoder)\.layers\.[0-9]{1,4})\.(?<part>[a-z0-9_.]+)\.(?<kind>weight|bias)$", RegexOptions.ExplicitCapture)]
    private static partial Regex Layer();

    [GeneratedRegex(@"^embedder\.embedder\.(?<op>convolution|normalization)\.(?<kind>\w+)$", RegexOptions.ExplicitCapture)]
    private static partial Regex Stem();

    [GeneratedRegex(
        @"^encoder\.stages\.(?<stage>[0-9])\.layers\.(?<block>[0-9]{1,4})\.(layer\.(?<unit>[0-9])|shortcut)\.(?<op>convolution|normalization)\.(?<kind>\w+)$",
        RegexOptions.ExplicitCapture)]
    private static partial Regex Block();
}
