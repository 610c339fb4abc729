namespace DetrPerfLab.Models;

/// <summary>Reads the configuration of a DETR off the shapes of its tensors.</summary>
static class DetrShapes
{
    const int MaxLayers = 64; // ten times as many as any published DETR has; bounds the list of names that a file is compared with
    const string Body = "backbone.0.body.layer";

    /// <summary>Infers layers, widths, queries, classes and backbone depth; what shapes do not show keeps its default.</summary>
    internal static DetrConfig Infer(CheckpointFile file, IReadOnlyDictionary<string, CollectedWeight> weights)
    {
        int Axis(string name, int axis) => weights.TryGetValue(name, out var weight) && weight.Shape.Length > axis && weight.Shape[axis] <= int.MaxValue
            ? (int)weight.Shape[axis]
            : throw WeightAssembler.Unfit(file, "a DETR", missing: [name]);

        var (encoder, decoder) = (Count(file, weights, "transformer.encoder.layers."), Count(file, weights, "transformer.decoder.layers."));
        var config = new DetrConfig
        {
            Name = Path.GetFileNameWithoutExtension(file.Path),
            BackboneDepth = Depth(file, weights),
            BackboneWidth = Axis("backbone.0.body.conv1.weight", 0),
            HiddenDim = Axis("input_proj.weight", 0),
            EncoderLayers = encoder,
            DecoderLayers = decoder,
            FeedForwardDim = Axis($"transformer.{(encoder > 0 ? "encoder" : "decoder")}.layers.0.linear1.weight", 0),
            Queries = Axis("query_embed.weight", 0),
            Classes = Axis("class_embed.weight", 0) - 1,
            BoxHeadLayers = Count(file, weights, "bbox_embed.layers."),
        };
        return config with
        {
            InnerChannels = Pruned(config.Backbone.Blocks().SelectMany(b => b.Path.SkipLast(1)).Select(c => ($"{c.Name}.weight", c.Outputs))),
            FeedForwardDims = Pruned(Enumerable.Range(0, encoder + decoder).Select(i => ($"transformer.{(i < encoder ? $"encoder.layers.{i}" : $"decoder.layers.{i - encoder}")}.linear1.weight", config.FeedForwardDim))),
        };

        // Null where all are as they would be unpruned; a weight that is not there is told of later, with all others.
        IReadOnlyList<int>? Pruned(IEnumerable<(string Name, int Full)> widths)
        {
            var all = widths.ToList();
            int[] found = [.. all.Select(w => weights.TryGetValue(w.Name, out var weight) && weight.Shape is [> 0 and <= int.MaxValue, ..] ? (int)weight.Shape[0] : w.Full)];
            return found.SequenceEqual(all.Select(w => w.Full)) ? null : found;
        }
    }

    static int Depth(CheckpointFile file, IReadOnlyDictionary<string, CollectedWeight> weights)
    {
        int[] blocks = [.. Enumerable.Range(1, 4).Select(stage => Count(file, weights, $"{Body}{stage}."))];
        var bottleneck = weights.ContainsKey($"{Body}1.0.conv3.weight");
        foreach (var depth in ResNetShape.Depths)
        {
            var shape = new ResNetShape(depth, Dilation: false, "");
            if (shape.Bottleneck == bottleneck && shape.BlocksOfStages.SequenceEqual(blocks)) { return depth; }
        }

        throw file.Unsupported(
            $"its backbone has {string.Join(", ", blocks)} blocks of {(bottleneck ? "three" : "two")} convolutions in its stages",
            $"Needed: a DETR on a ResNet-{string.Join(", ", ResNetShape.Depths)} (names backbone.0.body.layer1.0.conv1.weight, …, or Hugging Face's).");
    }

    /// <summary>How many numbers follow the prefix. Counts names, not the largest number: a made-up index cannot ask for a million layers.</summary>
    static int Count(CheckpointFile file, IReadOnlyDictionary<string, CollectedWeight> weights, string prefix)
    {
        var count = weights.Keys
            .Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
            .Select(name => name[prefix.Length..].Split('.')[0])
            .Distinct().Count();
        return count <= MaxLayers
            ? count
            : throw file.Unsupported($"it has {count} layers '{prefix}N', the limit is {MaxLayers}", "Give the checkpoint of a DETR.");
    }
}
