namespace DetrPerfLab.Training;

/// <summary>Takes every other layer out of a DETR: what a student begins with.</summary>
/// <remarks>Source: Sanh et al., "DistilBERT, a distilled version of BERT", 2019, section 3, student initialization.</remarks>
public static class LayerPruner
{
    const string Encoder = "transformer.encoder.layers.", Decoder = "transformer.decoder.layers.";

    /// <summary>The ResNet of the same blocks that has half of them, or the next smaller one; of the smallest itself.</summary>
    static readonly Dictionary<int, int> s_shallower = new() { [18] = 10, [34] = 18, [101] = 50, [152] = 101 };

    /// <summary>Half of the encoder's and of the decoder's layers, the first always, and the backbone's first blocks of each stage; all with the weights that they had.</summary>
    /// <exception cref="LabException">Channels are gone already: which ones differs between layers.</exception>
    public static WeightStore Halve(WeightStore weights)
    {
        var config = weights.Config;
        if (config.InnerChannels is not null || config.FeedForwardDims is not null)
        {
            throw LabError.BadInput($"'{weights.Source}' has lost channels, needed a model as wide as it was drawn. Take layers out first, and prune what comes of it.");
        }

        var half = config with
        {
            Name = $"{config.Name}_student",
            BackboneDepth = s_shallower.GetValueOrDefault(config.BackboneDepth, config.BackboneDepth),
            EncoderLayers = Math.Max(1, config.EncoderLayers / 2),
            DecoderLayers = (config.DecoderLayers + 1) / 2,
        };
        WeightTensor[] left = [.. half.Describe().Select(spec => weights[NameBefore(spec.Name)] with { Name = spec.Name })];
        return new(half, left, $"{weights.Source}, half of its layers", WeightHash.Of(left));

        string NameBefore(string name) =>
            name.StartsWith(Encoder, StringComparison.Ordinal) ? Before(name, Encoder, half.EncoderLayers, config.EncoderLayers)
            : name.StartsWith(Decoder, StringComparison.Ordinal) ? Before(name, Decoder, half.DecoderLayers, config.DecoderLayers) : name;
    }

    /// <summary>The name that a tensor of a layer had: the layers that stay lie evenly from the first to the last.</summary>
    static string Before(string name, string prefix, int stay, int all)
    {
        var end = name.IndexOf('.', prefix.Length);
        var layer = int.Parse(name[prefix.Length..end], CultureInfo.InvariantCulture);
        return $"{prefix}{(stay == 1 ? 0 : layer * (all - 1) / (stay - 1))}{name[end..]}";
    }
}
