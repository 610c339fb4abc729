namespace DetrPerfLab.Models;

/// <summary>Official name, for example <c>transformer.encoder.layers.0.linear1.weight</c>, and shape of one tensor of a state dict.</summary>
public sealed record WeightSpec(string Name, IReadOnlyList<long> Shape)
{
    public long Count { get; } = Shape.Aggregate(1L, (product, length) => checked(product * length));
}

/// <summary>Every tensor that a DETR of a given shape has, in the order of the official <c>state_dict()</c>.</summary>
/// <remarks>Source: facebookresearch/detr@29901c5, models/detr.py, transformer.py, backbone.py (FrozenBatchNorm2d) and torchvision's ResNet.
/// <c>num_batches_tracked</c>, which FrozenBatchNorm2d drops on load, is not among them.</remarks>
public static class DetrStateDict
{
    public static IReadOnlyList<WeightSpec> Describe(DetrConfig config)
    {
        var list = new List<WeightSpec>();
        var hidden = config.HiddenDim;
        for (var i = 0; i < config.EncoderLayers; i++) { Layer($"transformer.encoder.layers.{i}", i, "self_attn"); }
        for (var i = 0; i < config.DecoderLayers; i++) { Layer($"transformer.decoder.layers.{i}", config.EncoderLayers + i, "self_attn", "multihead_attn"); }
        Vectors("transformer.decoder.norm", hidden, "weight", "bias");
        Linear("class_embed", config.Classes + 1, hidden);
        for (var i = 0; i < config.BoxHeadLayers; i++) { Linear($"bbox_embed.layers.{i}", i == config.BoxHeadLayers - 1 ? 4 : hidden, hidden); }
        Add("query_embed.weight", config.Queries, hidden);
        Add("input_proj.weight", hidden, config.Backbone.Channels, 1, 1);
        Add("input_proj.bias", hidden);
        config.Backbone.Describe(list);
        return list;

        void Layer(string name, int index, params ReadOnlySpan<string> attentions)
        {
            foreach (var attention in attentions)
            {
                Add($"{name}.{attention}.in_proj_weight", 3 * hidden, hidden);
                Add($"{name}.{attention}.in_proj_bias", 3 * hidden);
                Linear($"{name}.{attention}.out_proj", hidden, hidden);
            }

            Linear($"{name}.linear1", config.FeedForwardOf(index), hidden);
            Linear($"{name}.linear2", hidden, config.FeedForwardOf(index));
            for (var i = 1; i <= attentions.Length + 1; i++) { Vectors($"{name}.norm{i}", hidden, "weight", "bias"); }
        }

        void Linear(string name, int outputs, int inputs)
        {
            Add($"{name}.weight", outputs, inputs);
            Add($"{name}.bias", outputs);
        }

        void Vectors(string name, int length, params ReadOnlySpan<string> parts)
        {
            foreach (var part in parts) { Add($"{name}.{part}", length); }
        }

        void Add(string name, params long[] shape) => list.Add(new(name, shape));
    }
}
