namespace DetrPerfLab.Training;

/// <summary>Channels that can go without any other part of a DETR changing its width: one layer makes them, one takes them.</summary>
/// <param name="Maker">Convolution or linear layer, by its name in the state dict.</param>
/// <param name="Norm">The batch norm between the two; null in a feed-forward block.</param>
public sealed record ChannelGroup(string Maker, string? Norm, string Taker, int Channels)
{
    /// <summary>Between the convolutions of each block of the backbone, then within each feed-forward block: the order of a pruned configuration's widths.</summary>
    public static IReadOnlyList<ChannelGroup> Of(DetrConfig config) => [.. OfBackbone(config), .. OfFeedForward(config)];

    internal static IEnumerable<ChannelGroup> OfBackbone(DetrConfig config) =>
        config.Backbone.Blocks().SelectMany(b => b.Path.Zip(b.Path.Skip(1), (from, to) => new ChannelGroup(from.Name, from.Norm, to.Name, from.Outputs)));

    internal static IEnumerable<ChannelGroup> OfFeedForward(DetrConfig config) =>
        Enumerable.Range(0, config.EncoderLayers + config.DecoderLayers).Select(i =>
        {
            var layer = i < config.EncoderLayers ? $"transformer.encoder.layers.{i}" : $"transformer.decoder.layers.{i - config.EncoderLayers}";
            return new ChannelGroup($"{layer}.linear1", null, $"{layer}.linear2", config.FeedForwardOf(i));
        });
}
