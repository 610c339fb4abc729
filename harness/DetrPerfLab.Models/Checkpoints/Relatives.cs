namespace DetrPerfLab.Models;

/// <summary>Detectors that descend from DETR and are not built from weights here: known by their tensors' names, so that a message can say what a file is.</summary>
/// <remarks>
/// Sources: the authors' code and huggingface/transformers' conversion scripts, both of whose names occur in files. RT-DETR's and D-FINE's names hold Deformable DETR's, DINO's hold
/// DAB's: the most specific stands first.
/// </remarks>
static class Relatives
{
    /// <summary>A model has all signs of a row, each in a name: whole parts of it, between dots. The first sign is no name of another kind of model.</summary>
    static readonly (string Model, string[] Signs)[] s_rows =
    [
        ("YOLOS", ["vit.embeddings.detection_tokens"]),
        ("YOLOS", ["backbone.det_token"]),
        ("RF-DETR or LW-DETR", ["refpoint_embed", "query_feat"]),
        ("RF-DETR or LW-DETR", ["reference_point_embed", "query_feat"]), // Hugging Face's
        ("D-FINE, or DEIM in its shape", ["pre_bbox_head"]),
        ("D-FINE, or DEIM in its shape", ["lqe_layers"]),
        ("D-FINE, or DEIM in its shape", ["decoder.reg_scale"]),
        ("RT-DETR", ["dec_bbox_head"]),
        ("RT-DETR", ["dec_score_head"]),
        ("RT-DETR", ["enc_score_head"]),
        ("RT-DETR", ["encoder.fpn_blocks"]),
        ("RT-DETR", ["backbone.conv1.conv1_1"]),
        ("Grounding DINO", ["sampling_offsets", "bert"]),
        ("Grounding DINO", ["sampling_offsets", "text_backbone"]), // Hugging Face's
        ("DN-Deformable DETR", ["sampling_offsets", "label_enc", "refpoint_embed"]),
        ("DINO", ["sampling_offsets", "label_enc"]),
        ("DINO", ["sampling_offsets", "transformer.tgt_embed"]), // fine-tuned files leave out label_enc
        ("DAB-Deformable DETR", ["sampling_offsets", "refpoint_embed"]),
        ("Deformable DETR, or one that is built on it", ["sampling_offsets"]),
        ("Deformable DETR, or one that is built on it", ["level_embed"]),
        ("DN-DETR", ["ca_qcontent_proj", "label_enc"]),
        ("DAB-DETR", ["ca_qcontent_proj", "refpoint_embed"]),
        ("DAB-DETR", ["query_refpoint_embeddings"]), // Hugging Face's
        ("Conditional DETR", ["ca_qcontent_proj"]),
        ("Conditional DETR", ["ca_qpos_sine_proj"]),
        ("Conditional DETR", ["encoder_attn.q_content_proj"]), // Hugging Face's since transformers 5
        ("Conditional DETR", ["decoder.ref_point_head"]),
        ("Anchor DETR", ["adapt_pos2d"]),
        ("the short DETR of its paper's demo", ["row_embed", "linear_class"]),
        ("Table Transformer, or another DETR that normalises before each block", ["transformer.encoder.norm"]),
        ("Table Transformer, or another DETR that normalises before each block", ["model.encoder.layernorm"]), // Hugging Face's
    ];

    /// <summary>Whether only a relative has a tensor of that name.</summary>
    internal static bool Have(string name)
    {
        var parts = $".{name}.";
        return s_rows.Any(r => Has(parts, r.Signs[0]));
    }

    /// <exception cref="LabException">The names are those of a relative.</exception>
    internal static void Refuse(CheckpointFile file, IEnumerable<StoredTensor> tensors)
    {
        var names = tensors.Select(t => $".{t.Name}.").ToList();
        var firsts = s_rows.SelectMany(r => r.Signs).Distinct().ToDictionary(sign => sign, sign => names.Find(name => Has(name, sign)), StringComparer.Ordinal);
        foreach (var (model, signs) in s_rows)
        {
            if (signs.Any(sign => firsts[sign] is null)) { continue; }
            throw file.Unsupported(
                $"it is a checkpoint of {model}: it has {string.Join(" and ", signs.Select(sign => $"'{firsts[sign]![1..^1].Printable()}'"))}",
                "Needed: an original DETR, a ResNet or a ViT; this relative is not built from weights here. Export it to ONNX and name that file.");
        }
    }

    static bool Has(string dotted, string sign)
    {
        for (var at = dotted.IndexOf(sign, StringComparison.Ordinal); at >= 0; at = dotted.IndexOf(sign, at + 1, StringComparison.Ordinal))
        {
            if (dotted[at - 1] == '.' && dotted[at + sign.Length] == '.') { return true; }
        }

        return false;
    }
}
