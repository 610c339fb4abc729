namespace DetrPerfLab.Training;

/// <summary>Takes whole channels out of a DETR: its shapes shrink, so that every engine gains, and it stays a checkpoint like any other.</summary>
public static class ChannelPruner
{
    const int Multiple = 16; // of channels that stay: the floats of a vector of AVX-512

    /// <summary>The same share goes from every group of channels; those that matter least go.</summary>
    /// <param name="ratio">Share that goes, from 0 to below 1.</param>
    /// <param name="importance">A value a channel of each group of <see cref="ChannelGroup.Of"/>.</param>
    public static WeightStore Prune(WeightStore weights, double ratio, IReadOnlyList<double[]> importance)
    {
        var groups = ChannelGroup.Of(weights.Config);
        var stays = groups.Zip(importance, (group, values) => Stay(values, Kept(group.Channels, ratio))).ToList();
        var tensors = weights.Tensors.ToDictionary(t => t.Name, StringComparer.Ordinal);
        foreach (var (group, kept) in groups.Zip(stays))
        {
            Take($"{group.Maker}.weight", 0, kept);
            foreach (var vector in group.Norm is { } norm ? (string[])[$"{norm}.weight", $"{norm}.bias", $"{norm}.running_mean", $"{norm}.running_var"] : [$"{group.Maker}.bias"]) { Take(vector, 0, kept); }
            Take($"{group.Taker}.weight", 1, kept);
        }

        var inner = ChannelGroup.OfBackbone(weights.Config).Count();
        var config = weights.Config with
        {
            Name = FormattableString.Invariant($"{weights.Config.Name}_pruned{100 * ratio:0}"),
            InnerChannels = [.. stays.Take(inner).Select(s => s.Length)],
            FeedForwardDims = [.. stays.Skip(inner).Select(s => s.Length)],
        };
        WeightTensor[] left = [.. config.Describe().Select(spec => tensors[spec.Name])];
        return new(config, left, FormattableString.Invariant($"{weights.Source}, {100 * ratio:0.#} % of its channels pruned"), WeightHash.Of(left));

        void Take(string name, int axis, int[] kept) => tensors[name] = Along(tensors[name], axis, kept);
    }

    /// <summary>How much each channel says, by what the weights alone tell: the scale of its batch norm; in a feed-forward block the product of the lengths of what makes and what takes it.</summary>
    /// <remarks>Source: Liu et al., "Learning efficient convolutional networks through network slimming", ICCV 2017, for the scale.</remarks>
    public static IReadOnlyList<double[]> ByScale(WeightStore weights) => [.. ChannelGroup.Of(weights.Config).Select(group =>
    {
        if (group.Norm is { } norm) { return Array.ConvertAll(weights[$"{norm}.weight"].Data, v => (double)Math.Abs(v)); }
        var (maker, taker) = (weights[$"{group.Maker}.weight"], weights[$"{group.Taker}.weight"]);
        var width = maker.Data.Length / group.Channels;
        return Enumerable.Range(0, group.Channels).Select(c => Length(maker.Data.AsSpan(c * width, width), 1) * Length(taker.Data.AsSpan(c), group.Channels)).ToArray();
    })];

    /// <summary>Channels that stay of a group: a multiple of sixteen, and sixteen at least, where there are as many.</summary>
    internal static int Kept(int channels, double ratio) =>
        Math.Min(channels, Math.Max(Multiple, (int)Math.Round(channels * (1 - ratio) / Multiple) * Multiple));

    /// <summary>The most important ones, in their old order; of equals the first.</summary>
    static int[] Stay(double[] importance, int count) => [.. Enumerable.Range(0, importance.Length).OrderByDescending(c => importance[c]).Take(count).Order()];

    static WeightTensor Along(WeightTensor tensor, int axis, int[] kept)
    {
        long[] shape = [.. tensor.Shape];
        var (length, step) = ((int)shape[axis], (int)shape[(axis + 1)..].Aggregate(1L, (product, n) => product * n));
        shape[axis] = kept.Length;
        var data = new float[shape.Aggregate(1L, (product, n) => product * n)];
        var blocks = tensor.Data.Length / (length * step);
        for (var block = 0; block < blocks; block++)
        {
            for (var i = 0; i < kept.Length; i++) { tensor.Data.AsSpan(((block * length) + kept[i]) * step, step).CopyTo(data.AsSpan(((block * kept.Length) + i) * step)); }
        }

        return new(tensor.Name, shape, data);
    }

    static double Length(ReadOnlySpan<float> values, int step)
    {
        var sum = 0.0;
        for (var i = 0; i < values.Length; i += step) { sum += (double)values[i] * values[i]; }
        return Math.Sqrt(sum);
    }
}
