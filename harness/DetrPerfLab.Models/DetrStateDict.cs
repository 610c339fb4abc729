namespace DetrPerfLab.Models;

/// <summary>Name and shape of one tensor of a state dict.</summary>
/// <param name="Name">The official DETR name, for example <c>transformer.encoder.layers.0.linear1.weight</c>.</param>
/// <param name="Shape">Elements an axis.</param>
public sealed record WeightSpec(string Name, IReadOnlyList<long> Shape)
{
    /// <summary>Number of elements.</summary>
    public long Count { get; } = Shape.Aggregate(1L, (product, length) => checked(product * length));
}

/// <summary>Every tensor that a DETR of a given shape has, in the order of the official <c>state_dict()</c>.</summary>
/// <remarks>
/// Source: facebookresearch/detr@29901c5, models/detr.py, transformer.py, backbone.py (FrozenBatchNorm2d) and torchvision's ResNet.
/// <c>num_batches_tracked</c>, which FrozenBatchNorm2d drops on load, is not among them.
/// </remarks>
public static class DetrStateDict
{
    /// <summary>Lists names and shapes.</summary>
    /// <exception cref="InvalidOperationException">The configuration names a backbone depth that no ResNet has.</exception>
    public static IReadOnlyList<WeightSpec> Describe(DetrConfig config)
    {
        var list = new List<WeightSpec>();
        var hidden = config.HiddenDim;
        for (var i = 0; i < config.EncoderLayers; i++)
        {
            var layer = $"transformer.encoder.layers.{i}";
            Attention(list, $"{layer}.self_attn", hidden);
            FeedForward(list, layer, hidden, config.FeedForwardDim);
            Norms(list, layer, count: 2, hidden);
        }

        for (var i = 0; i < config.DecoderLayers; i++)
        {
            var layer = $"transformer.decoder.layers.{i}";
            Attention(list, $"{layer}.self_attn", hidden);
            Attention(list, $"{layer}.multihead_attn", hidden);
            FeedForward(list, layer, hidden, config.FeedForwardDim);
            Norms(list, layer, count: 3, hidden);
        }

        Add(list, "transformer.decoder.norm.weight", hidden);
        Add(list, "transformer.decoder.norm.bias", hidden);
        Linear(list, "class_embed", config.Classes + 1, hidden);
        for (var i = 0; i < config.BoxHeadLayers; i++)
        {
            Linear(list, $"bbox_embed.layers.{i}", i == config.BoxHeadLayers - 1 ? 4 : hidden, hidden);
        }

        Add(list, "query_embed.weight", config.Queries, hidden);
        Add(list, "input_proj.weight", hidden, config.BackboneChannels, 1, 1);
        Add(list, "input_proj.bias", hidden);
        Backbone(list, config);
        return list;
    }

    static void Backbone(List<WeightSpec> list, DetrConfig config)
    {
        const string Body = "backbone.0.body";
        Add(list, $"{Body}.conv1.weight", 64, 3, 7, 7);
        BatchNorm(list, $"{Body}.bn1", 64);
        var inputs = 64;
        for (var stage = 0; stage < 4; stage++)
        {
            var width = 64 << stage;
            var outputs = config.Bottleneck ? 4 * width : width;
            for (var block = 0; block < config.BackboneBlocks[stage]; block++)
            {
                var name = $"{Body}.layer{stage + 1}.{block}";
                if (config.Bottleneck)
                {
                    Convolution(list, name, 1, width, inputs, kernel: 1);
                    Convolution(list, name, 2, width, width, kernel: 3);
                    Convolution(list, name, 3, outputs, width, kernel: 1);
                }
                else
                {
                    Convolution(list, name, 1, width, inputs, kernel: 3);
                    Convolution(list, name, 2, outputs, width, kernel: 3);
                }

                // The shortcut needs a projection where the channels or the stride change; stage 0 of a basic-block ResNet has neither.
                if (block == 0 && (stage > 0 || inputs != outputs))
                {
                    Add(list, $"{name}.downsample.0.weight", outputs, inputs, 1, 1);
                    BatchNorm(list, $"{name}.downsample.1", outputs);
                }

                inputs = outputs;
            }
        }
    }

    static void Convolution(List<WeightSpec> list, string block, int index, int outputs, int inputs, int kernel)
    {
        Add(list, $"{block}.conv{index}.weight", outputs, inputs, kernel, kernel);
        BatchNorm(list, $"{block}.bn{index}", outputs);
    }

    static void BatchNorm(List<WeightSpec> list, string name, int channels)
    {
        foreach (var part in (ReadOnlySpan<string>)["weight", "bias", "running_mean", "running_var"]) { Add(list, $"{name}.{part}", channels); }
    }

    static void Attention(List<WeightSpec> list, string name, int hidden)
    {
        Add(list, $"{name}.in_proj_weight", 3 * hidden, hidden);
        Add(list, $"{name}.in_proj_bias", 3 * hidden);
        Linear(list, $"{name}.out_proj", hidden, hidden);
    }

    static void FeedForward(List<WeightSpec> list, string layer, int hidden, int inner)
    {
        Linear(list, $"{layer}.linear1", inner, hidden);
        Linear(list, $"{layer}.linear2", hidden, inner);
    }

    static void Norms(List<WeightSpec> list, string layer, int count, int hidden)
    {
        for (var i = 1; i <= count; i++)
        {
            Add(list, $"{layer}.norm{i}.weight", hidden);
            Add(list, $"{layer}.norm{i}.bias", hidden);
        }
    }

    static void Linear(List<WeightSpec> list, string name, int outputs, int inputs)
    {
        Add(list, $"{name}.weight", outputs, inputs);
        Add(list, $"{name}.bias", outputs);
    }

    static void Add(List<WeightSpec> list, string name, params long[] shape) => list.Add(new WeightSpec(name, shape));
}
