namespace DetrPerfLab.Vision;

/// <summary>How sure a difference of two APs is: the images are drawn anew with replacement, both variants on the same draw.</summary>
/// <remarks>Percentile bootstrap. Source: Efron and Tibshirani, "An introduction to the bootstrap", 1993, chapter 13.</remarks>
static class ApBootstrap
{
    /// <summary>AP of the candidate minus AP of the baseline, in [-1, 1], paired by image; null where the dataset holds no object.</summary>
    internal static Interval? Difference(CocoEvaluation baseline, CocoEvaluation candidate, ulong seed = 1)
    {
        if (!baseline.ImageIds.SequenceEqual(candidate.ImageIds)
            || baseline.Curves.Count != candidate.Curves.Count
            || baseline.Curves.Zip(candidate.Curves).Any(p => !p.First.Objects.SequenceEqual(p.Second.Objects)))
        {
            throw LabError.BadInput("The two evaluations were made against different images or annotations; a paired comparison needs the same ground truth. Evaluate both against one file.");
        }

        if (Statistic(new Draw([])) is not { } value) { return null; }
        var replicates = new double?[Bootstrap.Replicates];
        Parallel.For(0, replicates.Length, () => new Draw(new int[baseline.ImageIds.Count]), (replicate, _, draw) =>
        {
            draw.Anew(DeterministicRandom.Stream(seed, replicate));
            replicates[replicate] = Statistic(draw);
            return draw;
        }, _ => { });

        // A draw without any object (a dataset of mostly empty images) has no AP and says nothing.
        double[] known = [.. replicates.OfType<double>()];
        return known.Length == 0 ? null : Bootstrap.IntervalOf(value, known);

        double? Statistic(Draw draw) => draw.AveragePrecision(candidate) - draw.AveragePrecision(baseline);
    }

    /// <summary>How often each image, in the order of <see cref="CocoEvaluation.ImageIds"/>, was drawn; empty for once each.</summary>
    internal sealed class Draw(int[] weights)
    {
        readonly PrecisionCurve.Scratch _scratch = new();
        readonly double[] _averages = new double[CocoProtocol.IouThresholds.Count];

        internal void Anew(DeterministicRandom random)
        {
            Array.Clear(weights);
            for (var i = 0; i < weights.Length; i++) { weights[random.Next(weights.Length)]++; }
        }

        /// <summary>AP@[.50:.95] of the drawn images; null when those hold no object.</summary>
        internal double? AveragePrecision(CocoEvaluation evaluation)
        {
            var (sum, count) = (0.0, 0);
            foreach (var curve in evaluation.Curves)
            {
                if (!curve.AveragePrecision(weights, _averages, _scratch)) { continue; }
                foreach (var average in _averages) { sum += average; }
                count += _averages.Length;
            }

            return count == 0 ? null : sum / count;
        }
    }
}
