namespace DetrPerfLab.Tests.Models;

/// <summary>Checkpoints of DETR's descendants: names of real files, by their authors' code and by transformers' conversion scripts. Each is refused by its own name, not an ancestor's.</summary>
public sealed class RelativesTests : IDisposable
{
    const string DeformableLayer = "transformer.decoder.layers.0.cross_attn.sampling_offsets.weight", ConditionalLayer = "transformer.decoder.layers.0.ca_qcontent_proj.weight";
    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("Conditional DETR", ConditionalLayer, "transformer.decoder.ref_point_head.layers.0.weight", "query_embed.weight", "class_embed.weight")]
    [InlineData("Conditional DETR", "model.decoder.layers.0.ca_qcontent_proj.weight", "model.decoder.ref_point_head.layers.0.weight", "class_labels_classifier.weight")]
    [InlineData("Conditional DETR", "model.decoder.layers.0.encoder_attn.q_content_proj.weight")]
    [InlineData("DAB-DETR", "refpoint_embed.weight", ConditionalLayer, "transformer.decoder.ref_point_head.layers.0.weight", "transformer.decoder.ref_anchor_head.layers.0.weight")]
    [InlineData("DAB-DETR", "model.query_refpoint_embeddings.weight", "model.decoder.ref_point_head.layers.0.weight", "model.decoder.layers.0.cross_attn.cross_attn_query_content_proj.weight")]
    [InlineData("DN-DETR", ConditionalLayer, "label_enc.weight", "refpoint_embed.weight")]
    [InlineData("Deformable DETR", DeformableLayer, "transformer.level_embed", "transformer.reference_points.weight", "query_embed.weight", "class_embed.0.weight")]
    [InlineData("Deformable DETR", "model.decoder.layers.0.encoder_attn.sampling_offsets.weight", "model.level_embed", "model.query_position_embeddings.weight")]
    [InlineData("DAB-Deformable DETR", DeformableLayer, "transformer.level_embed", "refpoint_embed.weight", "tgt_embed.weight")]
    [InlineData("DN-Deformable DETR", DeformableLayer, "refpoint_embed.weight", "label_enc.weight")]
    [InlineData("DINO", DeformableLayer, "transformer.level_embed", "transformer.tgt_embed.weight", "label_enc.weight", "transformer.decoder.ref_point_head.layers.0.weight")]
    [InlineData("DINO", DeformableLayer, "transformer.tgt_embed.weight", "transformer.enc_output.weight")]
    [InlineData("Grounding DINO", DeformableLayer, "bert.embeddings.word_embeddings.weight", "transformer.tgt_embed.weight", "feat_map.weight")]
    [InlineData("Grounding DINO", "model.decoder.layers.0.encoder_attn.sampling_offsets.weight", "model.text_backbone.embeddings.word_embeddings.weight")]
    [InlineData("RF-DETR or LW-DETR", DeformableLayer, "refpoint_embed.weight", "query_feat.weight", "transformer.enc_out_class_embed.0.weight")]
    [InlineData("RF-DETR or LW-DETR", "model.reference_point_embed.weight", "model.query_feat.weight")]
    [InlineData("RT-DETR", "decoder.decoder.layers.0.cross_attn.sampling_offsets.weight", "backbone.conv1.conv1_1.conv.weight", "encoder.fpn_blocks.0.conv1.conv.weight", "decoder.enc_score_head.weight", "decoder.dec_bbox_head.0.layers.0.weight")]
    [InlineData("RT-DETR", "model.decoder.layers.0.encoder_attn.sampling_offsets.weight", "model.backbone.model.embedder.embedder.0.convolution.weight", "model.enc_score_head.weight", "model.decoder.class_embed.0.weight")]
    [InlineData("D-FINE", "decoder.decoder.layers.0.cross_attn.sampling_offsets.weight", "decoder.enc_score_head.weight", "decoder.dec_bbox_head.0.layers.0.weight", "decoder.up", "decoder.reg_scale", "decoder.pre_bbox_head.layers.0.weight")]
    [InlineData("D-FINE", "model.decoder.layers.0.encoder_attn.sampling_offsets.weight", "model.enc_score_head.weight", "model.decoder.lqe_layers.0.reg_conf.layers.0.weight", "model.decoder.pre_bbox_head.layers.0.weight")]
    [InlineData("YOLOS", "vit.embeddings.detection_tokens", "vit.embeddings.cls_token", "class_labels_classifier.layers.0.weight")]
    [InlineData("YOLOS", "backbone.det_token", "backbone.blocks.0.attn.qkv.weight")]
    [InlineData("Table Transformer", "transformer.encoder.norm.weight", "transformer.encoder.layers.0.linear1.weight", "backbone.0.body.conv1.weight")]
    [InlineData("Table Transformer", "model.encoder.layernorm.weight", "model.encoder.layers.0.fc1.weight")]
    [InlineData("the short DETR of its paper's demo", "row_embed", "col_embed", "linear_class.weight", "transformer.encoder.norm.weight", "conv.weight")]
    public void Load_Relative_IsRefusedByItsOwnName(string model, params string[] names)
    {
        foreach (var prefix in (string[])["", "module.", "model.", "_orig_mod.module."])
        {
            foreach (var order in (string[][])[names, [.. names.Reverse()]])
            {
                CheckpointWriter.WriteTree(_folder.File("m.pth"), [("ema", new[] { ("module", (object?)CheckpointWriter.DictOf(order.Select(n => new WeightTensor(n, [1], [0])), prefix)) })]);
                CheckpointFormatTests.Refused(_folder.File("m.pth"), $"it is a checkpoint of {model}");
            }
        }
    }

    [Fact]
    public void Have_NamesOfModelsThatAreBuilt_IsFalse() =>
        Assert.All(
            ((ModelConfig[])[TinyDetr.Config, DetrConfig.DetrR50, ResNetConfig.ResNet50, VitConfig.VitB16]).SelectMany(c => c.Describe()).Select(s => s.Name)
                .Concat(TinyDetr.Weights.Tensors.SelectMany(t => HuggingFaceTensors.From(t, timm: true)).Select(t => t.Name)),
            name => Assert.False(Relatives.Have(name), name));
}
