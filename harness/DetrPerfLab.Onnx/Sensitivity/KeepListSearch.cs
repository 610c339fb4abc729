namespace DetrPerfLab.Onnx;

/// <summary>Groups that stay float, the loss with them and the largest allowed, the share of the multiplications quantised, in [0, 1], and mixes judged.</summary>
public sealed record KeepList(double TargetLoss, double Loss, bool Holds, IReadOnlyList<string> Groups, double QuantizedWorkShare, int Trials);

/// <summary>Searches greedily for the mix that quantises most of the work within a loss.</summary>
public static class KeepListSearch
{
    /// <summary>The kept groups whose loss, by <paramref name="judge"/> of the groups kept float, is within the target (of AP in [0, 1], for example).</summary>
    /// <remarks>
    /// Groups with much noise for little work are kept first. First halves the number of kept groups, taken in that order, as long as the loss allows; then gives
    /// groups back one by one, those with most work first. Stops after <paramref name="mostTrials"/> with the best mix found.
    /// </remarks>
    public static KeepList Search(IReadOnlyList<GroupSensitivity> groups, double targetLoss, Func<IReadOnlySet<string>, double> judge, int mostTrials = 32)
    {
        var ordered = groups.OrderByDescending(Price).ThenBy(g => g.Group, StringComparer.Ordinal).ToList();
        var trials = 0;
        double Judge(IEnumerable<GroupSensitivity> kept)
        {
            trials++;
            return judge(kept.Select(g => g.Group).ToHashSet(StringComparer.Ordinal));
        }

        var (none, best, loss) = (0, ordered.Count, Judge([]));
        if (loss > targetLoss)
        {
            // Bisection over the length of the prefix; the loss need not fall steadily, so only judged mixes count.
            var bestLoss = double.NaN;
            while (best - none > 1 && trials < mostTrials)
            {
                var middle = (none + best) / 2;
                var found = Judge(ordered.Take(middle));
                if (found <= targetLoss) { (best, bestLoss) = (middle, found); }
                else { none = middle; }
            }

            loss = double.IsNaN(bestLoss) ? Judge(ordered.Take(best)) : bestLoss;
        }
        else { best = 0; }

        var kept = ordered.Take(best).ToList();
        if (loss <= targetLoss)
        {
            foreach (var group in kept.OrderByDescending(g => g.WorkShare).ThenBy(g => g.Group, StringComparer.Ordinal).ToList())
            {
                if (trials >= mostTrials) { break; }
                var without = kept.Where(g => g != group).ToList();
                if (Judge(without) is var found && found <= targetLoss) { (kept, loss) = (without, found); }
            }
        }

        return new(targetLoss, loss, loss <= targetLoss, [.. kept.Select(g => g.Group)], groups.Sum(g => g.WorkShare) - kept.Sum(g => g.WorkShare), trials);
    }

    /// <summary>Noise that the group makes for the work that it saves; the group with the highest price is kept first.</summary>
    static double Price(GroupSensitivity group) => Math.Pow(10, -group.SqnrDb / 10) / Math.Max(group.WorkShare, 1e-6);
}
