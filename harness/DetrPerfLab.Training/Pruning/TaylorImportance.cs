using static TorchSharp.torch;

namespace DetrPerfLab.Training;

/// <summary>How much the loss on scenes would change without a channel, to first order.</summary>
/// <remarks>Source: Molchanov et al., "Importance estimation for neural network pruning", CVPR 2019: the square of the sum of weight times gradient over a channel's own
/// parameters (of its batch norm, or of the row that makes it), added up over batches.</remarks>
public static class TaylorImportance
{
    const int Batch = 16;

    /// <summary>A value a channel of each group.</summary>
    /// <param name="scenes">That the loss is taken on; none of those that models are judged on.</param>
    /// <exception cref="LabException">The model knows other classes than the scenes'.</exception>
    public static IReadOnlyList<double[]> Of(WeightStore weights, int scenes, Action<long, long> progress, CancellationToken stop)
    {
        TrainingRun.RequireClasses(weights);
        TorchRuntime.Load();
        var groups = ChannelGroup.Of(weights.Config);
        double[][] sums = [.. groups.Select(g => new double[g.Channels])];
        using var model = new TrainableDetr(weights);
        var loss = new DetrLoss(weights.Config.Classes, groups: 1);
        var batches = new SceneBatches(new TrainingOptions().Seed, scenes, (_, _) => { }, stop);
        var steps = Math.Max(1, scenes / Batch);
        for (var step = 0; step < steps; step++)
        {
            stop.ThrowIfCancellationRequested();
            Uncollected.Do(() => Weigh(step));
            progress(step + 1, steps);
        }

        return sums;

        void Weigh(int step)
        {
            using var scope = NewDisposeScope();
            var (pictures, targets) = batches.Batch(step, Batch);
            foreach (var parameter in model.Parameters.Values) { parameter.grad?.zero_(); }
            loss.Of(model.Forward(pictures).Layers, targets).Loss.backward();
            using var quiet = no_grad();
            foreach (var (group, sum) in groups.Zip(sums)) { Add(sum, model, group); }
        }
    }

    static void Add(double[] sum, TrainableDetr model, ChannelGroup group)
    {
        string[] own = group.Norm is { } norm ? [$"{norm}.weight", $"{norm}.bias"] : [$"{group.Maker}.weight", $"{group.Maker}.bias"];
        var change = own.Select(name => (model.Parameters[name] * model.Parameters[name].grad!).reshape(group.Channels, -1).sum(1)).Aggregate((a, b) => a + b);
        foreach (var (channel, value) in change.contiguous().data<float>().Index()) { sum[channel] += (double)value * value; }
    }
}
