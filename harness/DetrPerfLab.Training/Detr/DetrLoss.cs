using static TorchSharp.torch;

namespace DetrPerfLab.Training;

/// <summary>What is on one picture: labels, and boxes (cx, cy, w, h) in fractions of it, [things, 4].</summary>
sealed record Targets(int[] Labels, float[] Boxes);

/// <summary>Rows of the flattened outputs [N * G * Q] that things are given to, each thing once a group; and which things, counted over all pictures of the batch.</summary>
readonly record struct Matches(long[] Rows, int[] Things);

/// <summary>Parts of the loss of one batch, of the last decoder layer, each as the total weighs it.</summary>
readonly record struct LossParts(double Total, double Class, double Box, double Giou)
{
    public static LossParts operator +(LossParts one, LossParts other) => new(one.Total + other.Total, one.Class + other.Class, one.Box + other.Box, one.Giou + other.Giou);

    public static LossParts operator /(LossParts sum, double count) => new(sum.Total / count, sum.Class / count, sum.Box / count, sum.Giou / count);
}

/// <summary>DETR's loss: each thing is given the query that costs least, and that query learns its class and its box; all others learn "no object".</summary>
/// <remarks>Source: facebookresearch/detr@29901c5, models/detr.py, SetCriterion, and models/matcher.py; auxiliary losses of the layers before the last weigh as much.</remarks>
/// <param name="classWeight">The original's is 1, for a backbone that was trained to tell classes before.</param>
sealed class DetrLoss(int classes, int groups, double classWeight = 1)
{
    internal const double BoxWeight = 5, GiouWeight = 2, NoObjectWeight = 0.1;

    readonly HungarianMatcher _matcher = new(new());

    internal double ClassWeight => classWeight;

    /// <summary>A scalar with gradients, which the caller disposes of, and its parts.</summary>
    internal (Tensor Loss, LossParts Parts) Of(DetrOutputs outputs, IReadOnlyList<Targets> targets)
    {
        using var scope = NewDisposeScope();
        var (loss, parts) = Of(outputs.Layers, targets);
        if (outputs.Dense is not { } dense) { return (loss.MoveToOuterDisposeScope(), parts); }
        var matches = DenseTargets.Of(targets, (int)Math.Sqrt(dense.Logits.shape[1]));
        loss += OfMatched(dense, targets, matches, matches.Rows.Length).Loss;
        return (loss.MoveToOuterDisposeScope(), parts with { Total = loss.item<float>() });
    }

    internal (Tensor Loss, LossParts Parts) Of(IReadOnlyList<LayerOutputs> layers, IReadOnlyList<Targets> targets)
    {
        using var scope = NewDisposeScope();
        Tensor? total = null;
        var parts = default(LossParts);
        foreach (var layer in layers)
        {
            var (one, of) = OfMatched(layer, targets, Match(layer, targets), targets.Sum(t => t.Labels.Length) * groups);
            total = total is null ? one : total + one;
            parts = of;
        }

        return (total!.MoveToOuterDisposeScope(), parts with { Total = total.item<float>() });
    }

    /// <param name="count">What the boxes' losses are divided by.</param>
    (Tensor Loss, LossParts Parts) OfMatched(LayerOutputs layer, IReadOnlyList<Targets> targets, Matches matches, int count)
    {
        var (rows, things) = matches;
        int[] labels = [.. targets.SelectMany(t => t.Labels)];
        float[] boxes = [.. targets.SelectMany(t => t.Boxes)];
        var logits = layer.Logits.reshape(-1, classes + 1);
        var wanted = new long[logits.shape[0]];
        Array.Fill(wanted, classes);
        foreach (var (i, row) in rows.Index()) { wanted[row] = labels[things[i]]; }
        var weights = new float[classes + 1];
        Array.Fill(weights, 1);
        weights[classes] = (float)NoObjectWeight;
        var classLoss = nn.functional.cross_entropy(logits, tensor(wanted), tensor(weights));
        if (rows.Length == 0) { return (classWeight * classLoss, new(0, classWeight * classLoss.item<float>(), 0, 0)); }

        var truth = tensor(boxes, [labels.Length, 4]).index_select(0, tensor(Array.ConvertAll(things, t => (long)t)));
        var (boxLoss, giouLoss) = OfBoxes(layer.Boxes.reshape(-1, 4).index_select(0, tensor(rows)), truth, count);
        return ((classWeight * classLoss) + (BoxWeight * boxLoss) + (GiouWeight * giouLoss),
            new(0, classWeight * classLoss.item<float>(), BoxWeight * boxLoss.item<float>(), GiouWeight * giouLoss.item<float>()));
    }

    /// <summary>L1 distance and 1 - generalised IoU of pairs of boxes, both [K, 4], each the sum over pairs by a count; before their weights.</summary>
    internal static (Tensor Box, Tensor Giou) OfBoxes(Tensor found, Tensor truth, int count) =>
        ((found - truth).abs().sum() / count, (1 - GeneralizedIou(found, truth)).sum() / count);

    /// <summary>Gives each thing the query of each group that costs least.</summary>
    internal Matches Match(LayerOutputs layer, IReadOnlyList<Targets> targets)
    {
        using var scope = NewDisposeScope();
        float[] logits = [.. layer.Logits.detach().contiguous().data<float>()], boxes = [.. layer.Boxes.detach().contiguous().data<float>()];
        var (rows, things) = (new List<long>(), new List<int>());
        int[] first = [.. targets.Select((_, picture) => targets.Take(picture).Sum(t => t.Labels.Length))];
        var queries = (int)layer.Logits.shape[1] / groups;
        for (var group = 0; group < targets.Count * groups; group++)
        {
            var target = targets[group / groups];
            var given = new int[target.Labels.Length];
            _matcher.Match(logits.AsSpan(group * queries * (classes + 1), queries * (classes + 1)), boxes.AsSpan(group * queries * 4, queries * 4), target.Labels, target.Boxes, given);
            for (var thing = 0; thing < given.Length; thing++)
            {
                if (given[thing] < 0) { continue; }
                rows.Add(((long)group * queries) + given[thing]);
                things.Add(first[group / groups] + thing);
            }
        }

        return new([.. rows], [.. things]);
    }

    /// <summary>Of pairs of boxes (cx, cy, w, h), both [K, 4]: intersection over union, less the share of the hull that neither covers; [K], from -1 to 1.</summary>
    /// <remarks>Source: Rezatofighi et al., "Generalized intersection over union", CVPR 2019.</remarks>
    internal static Tensor GeneralizedIou(Tensor one, Tensor other)
    {
        using var scope = NewDisposeScope();
        var (a, b) = (Corners(one), Corners(other));
        var intersection = (minimum(a.Right, b.Right) - maximum(a.Left, b.Left)).clamp_min(0) * (minimum(a.Bottom, b.Bottom) - maximum(a.Top, b.Top)).clamp_min(0);
        var union = (a.Right - a.Left) * (a.Bottom - a.Top) + ((b.Right - b.Left) * (b.Bottom - b.Top)) - intersection;
        var hull = (maximum(a.Right, b.Right) - minimum(a.Left, b.Left)) * (maximum(a.Bottom, b.Bottom) - minimum(a.Top, b.Top));
        return ((intersection / union.clamp_min(1e-9)) - ((hull - union) / hull.clamp_min(1e-9))).MoveToOuterDisposeScope();

        static (Tensor Left, Tensor Top, Tensor Right, Tensor Bottom) Corners(Tensor boxes)
        {
            var (x, y, halfWidth, halfHeight) = (boxes.select(1, 0), boxes.select(1, 1), boxes.select(1, 2) * 0.5, boxes.select(1, 3) * 0.5);
            return (x - halfWidth, y - halfHeight, x + halfWidth, y + halfHeight);
        }
    }
}
