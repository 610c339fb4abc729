using System.Text.RegularExpressions;

namespace DetrPerfLab.Tests.Models;

/// <summary>The way back: an official tensor as Hugging Face's <c>DetrForObjectDetection</c> stores it. Written apart from the reader's map, from their conversion script.</summary>
static class HuggingFaceTensors
{
    internal static IEnumerable<WeightTensor> From(WeightTensor tensor, bool timm)
    {
        if (tensor.Name.Contains(".in_proj_"))
        {
            var third = tensor.Data.Length / 3;
            long[] shape = [tensor.Shape[0] / 3, .. tensor.Shape.Skip(1)];
            return "qkv".Select((letter, i) => new WeightTensor(
                Name(tensor.Name.Replace(".in_proj_", $".{letter}_proj."), timm), shape, tensor.Data[(i * third)..((i + 1) * third)]));
        }

        return [tensor with { Name = Name(tensor.Name, timm) }];
    }

    static string Name(string official, bool timm)
    {
        var encoder = official.Contains(".encoder.");
        (string Pattern, string Replacement)[] rules =
        [
            (@"^transformer\.decoder\.norm\.", "model.decoder.layernorm."),
            (@"^transformer\.", "model."),
            (@"\.multihead_attn\.", ".encoder_attn."),
            (@"\.linear([12])\.", ".fc$1."),
            (@"\.norm1\.", ".self_attn_layer_norm."),
            (@"\.norm2\.", encoder ? ".final_layer_norm." : ".encoder_attn_layer_norm."),
            (@"\.norm3\.", ".final_layer_norm."),
            ("^class_embed", "class_labels_classifier"),
            ("^bbox_embed", "bbox_predictor"),
            ("^query_embed", "model.query_position_embeddings"),
            ("^input_proj", "model.input_projection"),
            (@"^backbone\.0\.body", "model.backbone.conv_encoder.model"),
        ];
        var name = rules.Aggregate(official, (text, rule) => Regex.Replace(text, rule.Pattern, rule.Replacement));
        return timm ? name : TransformersResNet(name);
    }

    static string TransformersResNet(string name)
    {
        name = Regex.Replace(name, @"\.model\.conv1\.", ".model.embedder.embedder.convolution.");
        name = Regex.Replace(name, @"\.model\.bn1\.", ".model.embedder.embedder.normalization.");
        name = Regex.Replace(name, @"\.layer(\d)\.(\d+)\.(conv|bn)(\d)\.", match =>
            $".encoder.stages.{int.Parse(match.Groups[1].Value) - 1}.layers.{match.Groups[2].Value}.layer.{int.Parse(match.Groups[4].Value) - 1}"
            + (match.Groups[3].Value == "conv" ? ".convolution." : ".normalization."));
        return Regex.Replace(name, @"\.layer(\d)\.(\d+)\.downsample\.([01])\.", match =>
            $".encoder.stages.{int.Parse(match.Groups[1].Value) - 1}.layers.{match.Groups[2].Value}.shortcut"
            + (match.Groups[3].Value == "0" ? ".convolution." : ".normalization."));
    }
}
