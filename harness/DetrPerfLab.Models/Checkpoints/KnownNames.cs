using System.Text.RegularExpressions;

namespace DetrPerfLab.Models;

/// <summary>Which names belong to a model that the lab knows, and which tell a model that it does not build.</summary>
static partial class KnownNames
{
    /// <summary>Relatives of DETR, each by a tensor that only it has, under its authors' names or Hugging Face's.</summary>
    static readonly (Regex Name, string Model)[] s_relatives =
    [
        (ConditionalName(), "Conditional DETR"), (DeformableName(), "Deformable DETR or one that is built on it"), (RtDetrName(), "RT-DETR or D-FINE"), (YolosName(), "YOLOS"),
    ];

    /// <summary>Whether a DETR has tensors of such a name, official or Hugging Face's.</summary>
    internal static bool OfDetr(string name) => OfficialName().IsMatch(name) || HuggingFaceNames.ToOfficial(name) is not null || s_relatives.Any(r => r.Name.IsMatch(name));

    /// <summary>Of any model that is built here, or of a relative that is refused by name.</summary>
    internal static bool IsKnown(string name) => OfDetr(name) || ClassifierNames.Knows(name);

    /// <exception cref="LabException">The names are those of a relative.</exception>
    internal static void RefuseRelatives(CheckpointFile file, IEnumerable<StoredTensor> tensors)
    {
        foreach (var tensor in tensors)
        {
            if (s_relatives.FirstOrDefault(r => r.Name.IsMatch(tensor.Name)) is { Model: { } model })
            {
                throw file.Unsupported($"it is a {model}: it has a tensor '{tensor.Name.Printable()}'", "Needed: an original DETR; this relative is not built from weights here. Export it to ONNX and name that file.");
            }
        }
    }

    [GeneratedRegex(@"^(transformer\.(encoder|decoder)\.|backbone\.0\.body\.|(class_embed|query_embed|input_proj)\.(weight|bias)$|bbox_embed\.layers\.)")]
    private static partial Regex OfficialName();

    [GeneratedRegex(@"(^|\.)decoder\.layers\.\d+\.(ca_qcontent_proj|sa_qcontent_proj|ca_qpos_sine_proj)\.")]
    private static partial Regex ConditionalName();

    [GeneratedRegex(@"(^|\.)(encoder|decoder)\.layers\.\d+\.(self_attn|cross_attn|encoder_attn)\.sampling_offsets\.|^(transformer|model)\.level_embed$")]
    private static partial Regex DeformableName();

    [GeneratedRegex(@"^decoder\.(dec_bbox_head|dec_score_head|enc_score_head)\.|^model\.(decoder\.(class_embed|bbox_embed)\.\d|enc_score_head|encoder\.(fpn|pan)_blocks)")]
    private static partial Regex RtDetrName();

    [GeneratedRegex(@"^(vit\.embeddings\.detection_tokens|backbone\.det_token)$")]
    private static partial Regex YolosName();
}
