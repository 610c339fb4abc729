namespace DetrPerfLab.Vision;

/// <summary>
/// What a match of a query with a target costs: weights of 1 - probability of the target's class, of the L1 distance of the boxes and of 1 - generalised IoU.
/// </summary>
/// <remarks>Source: facebookresearch/detr@29901c5, main.py: set_cost_class, set_cost_bbox, set_cost_giou.</remarks>
public sealed record MatchCosts(float Class = 1, float Box = 5, float Giou = 2);

/// <summary>Gives each target the query that DETR's training would: the pairing of least total cost. Keeps its buffers.</summary>
/// <remarks>Source: facebookresearch/detr@29901c5, models/matcher.py, for one image. Constants that do not move the optimum are left out, as there.</remarks>
public sealed class HungarianMatcher(MatchCosts costs)
{
    readonly AssignmentSolver _solver = new();
    double[] _cost = [];

    /// <summary>
    /// Outputs of one image: logits [queries, classes + 1] and boxes (cx, cy, w, h) in fractions of the image [queries, 4]; targets: classes [targets] and
    /// boxes [targets, 4]. Gives the query of each target [targets], -1 for those beyond the number of queries, and returns the total cost.
    /// </summary>
    public double Match(
        ReadOnlySpan<float> logits, ReadOnlySpan<float> boxes, ReadOnlySpan<int> targetLabels, ReadOnlySpan<float> targetBoxes, Span<int> queryOfTarget)
    {
        var (queries, targets) = (boxes.Length / 4, targetLabels.Length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(boxes.Length, queries * 4);
        ArgumentOutOfRangeException.ThrowIfNotEqual(targetBoxes.Length, targets * 4);
        if (queries > 0) { ArgumentOutOfRangeException.ThrowIfNotEqual(logits.Length % queries, 0, nameof(logits)); }
        var classes = queries > 0 ? logits.Length / queries : 0;
        if (_cost.Length < queries * targets) { _cost = new double[queries * targets]; }
        for (var q = 0; q < queries; q++)
        {
            var query = logits.Slice(q * classes, classes);
            var (max, sum) = Softmax.Normalizer(query);
            for (var t = 0; t < targets; t++)
            {
                if ((uint)targetLabels[t] >= (uint)classes) { throw LabError.OutOfRange(targetLabels[t], $"0 to {classes - 1}", "target label"); }
                var probability = Softmax.Exp(query[targetLabels[t]] - max) / sum;
                var cost = BoxCost(boxes.Slice(q * 4, 4), targetBoxes.Slice(t * 4, 4)) - (costs.Class * probability);
                _cost[(t * queries) + q] = cost;
            }
        }

        return _solver.Solve(_cost.AsSpan(0, queries * targets), targets, queries, queryOfTarget);
    }

    float BoxCost(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var distance = 0f;
        for (var i = 0; i < 4; i++) { distance += MathF.Abs(a[i] - b[i]); }
        return (costs.Box * distance) - (costs.Giou * Box.GeneralizedIou(Box.FromCenter(a), Box.FromCenter(b)));
    }
}
