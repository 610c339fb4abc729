namespace DetrPerfLab.Vision;

/// <summary>Compares outputs of models that end in ranked detections: <c>labels</c> int64 [N,Q], <c>boxes</c> float32 [N,Q,4] (corners) and <c>scores</c> float32 [N,Q].</summary>
/// <remarks>
/// Element by element would say little: where two scores lie closer than the precision, two detections change places. So each detection of the reference meets
/// the nearest of the same label whose box overlaps it by half; one of either side that meets none has the lowest score that the other lists, since it may have fallen off its end.
/// </remarks>
public static class ScoredAgreement
{
    const float SameObject = 0.5f; // IoU

    /// <summary>Compares.</summary>
    /// <param name="name">What the reference is, for example <c>ort-fp32-disabled</c>.</param>
    /// <param name="reference">Outputs of the reference.</param>
    /// <param name="actual">Outputs of the variant on the same inputs.</param>
    /// <returns>Differences of scores in place of logits; of boxes as fractions of the largest coordinate that the reference gives. The share of changed classes is
    /// that of the reference's sure detections, half as sure as its surest or more, that meet none.</returns>
    /// <exception cref="LabException">The shapes differ, or there is NaN or infinity.</exception>
    public static AgreementInfo Compare(string name, TensorSet reference, TensorSet actual)
    {
        foreach (var tensor in new[] { "labels", "boxes", "scores" })
        {
            var (r, a) = (reference[tensor], actual[tensor]);
            if (!r.Shape.SequenceEqual(a.Shape)) { throw LabError.OutputsDiffer(tensor, a.ToString(), r.ToString()); }
        }

        var side = 0f;
        foreach (var coordinate in Finite("boxes", reference)) { side = Math.Max(side, Math.Abs(coordinate)); }
        Finite("boxes", actual);
        Finite("scores", reference);
        Finite("scores", actual);
        var pairs = new List<Pair>();
        for (var image = 0; image < reference["scores"].Shape[0]; image++) { Match(new(reference, image), new(actual, image), side, pairs); }
        return Summarize(name, pairs);
    }

    static ReadOnlySpan<float> Finite(string tensor, TensorSet outputs)
    {
        var values = outputs[tensor].Floats;
        for (var i = 0; i < values.Length; i++)
        {
            if (!float.IsFinite(values[i])) { throw LabError.OutputNotFinite(tensor, i); }
        }

        return values;
    }

    /// <param name="Reference">Score of the reference.</param>
    /// <param name="Actual">Score of what it met, or the lowest that the other lists.</param>
    /// <param name="Box">Largest difference of a coordinate; null where it met none.</param>
    /// <param name="MeanBox">Mean difference of the coordinates.</param>
    /// <param name="IsSure">Whether a user would see it.</param>
    readonly record struct Pair(double Reference, double Actual, double? Box, double MeanBox, bool IsSure);

    readonly ref struct Image(TensorSet outputs, int image)
    {
        internal int Count { get; } = (int)outputs["scores"].Shape[1];

        internal readonly ReadOnlySpan<float> Scores => outputs["scores"].Floats.Slice(image * Count, Count);

        internal readonly ReadOnlySpan<long> Labels => outputs["labels"].Longs.Slice(image * Count, Count);

        internal readonly Box Box(int i)
        {
            var b = outputs["boxes"].Floats.Slice(((image * Count) + i) * 4, 4);
            return new(b[0], b[1], b[2], b[3]);
        }
    }

    static void Match(Image reference, Image actual, float side, List<Pair> pairs)
    {
        var count = reference.Count;
        var scores = reference.Scores;
        var (lowest, _) = Extremes(actual.Scores);
        var (lowestOfReference, highest) = Extremes(scores);
        var used = new bool[count];
        for (var i = 0; i < count; i++)
        {
            var (best, bestCost, bestBox, bestMean) = (-1, double.PositiveInfinity, 0.0, 0.0);
            var box = reference.Box(i);
            for (var j = 0; j < count; j++)
            {
                if (used[j] || actual.Labels[j] != reference.Labels[i]) { continue; }
                var other = actual.Box(j);
                var (far, mean) = Distance(box, other, side);
                // A box without area overlaps nothing, itself included.
                if (far > 0 && Box.Iou(box, other) < SameObject) { continue; }
                var cost = far + Math.Abs(scores[i] - actual.Scores[j]);
                if (cost < bestCost) { (best, bestCost, bestBox, bestMean) = (j, cost, far, mean); }
            }

            var sure = scores[i] >= highest / 2;
            if (best < 0)
            {
                pairs.Add(new(scores[i], Math.Min(lowest, scores[i]), null, 0, sure));
                continue;
            }

            used[best] = true;
            pairs.Add(new(scores[i], actual.Scores[best], bestBox, bestMean, sure));
        }

        // What the variant alone sees counts against it alike.
        for (var j = 0; j < count; j++)
        {
            if (!used[j]) { pairs.Add(new(Math.Min(lowestOfReference, actual.Scores[j]), actual.Scores[j], null, 0, IsSure: false)); }
        }
    }

    static (float Lowest, float Highest) Extremes(ReadOnlySpan<float> scores)
    {
        var (lowest, highest) = (float.PositiveInfinity, float.NegativeInfinity);
        foreach (var score in scores) { (lowest, highest) = (Math.Min(lowest, score), Math.Max(highest, score)); }
        return (lowest, highest);
    }

    static (double Max, double Mean) Distance(in Box a, in Box b, float side)
    {
        if (side == 0) { return default; }
        double x1 = Math.Abs(a.X1 - b.X1), y1 = Math.Abs(a.Y1 - b.Y1), x2 = Math.Abs(a.X2 - b.X2), y2 = Math.Abs(a.Y2 - b.Y2);
        return (Math.Max(Math.Max(x1, y1), Math.Max(x2, y2)) / side, (x1 + y1 + x2 + y2) / 4 / side);
    }

    static AgreementInfo Summarize(string name, List<Pair> pairs)
    {
        double max = 0, sum = 0, dot = 0, referenceSquares = 0, actualSquares = 0, boxMax = 0, boxSum = 0;
        var (met, sure, sureLost) = (0, 0, 0);
        foreach (var pair in pairs)
        {
            var difference = Math.Abs(pair.Reference - pair.Actual);
            (max, sum) = (Math.Max(max, difference), sum + difference);
            (dot, referenceSquares, actualSquares) =
                (dot + (pair.Reference * pair.Actual), referenceSquares + (pair.Reference * pair.Reference), actualSquares + (pair.Actual * pair.Actual));
            if (pair.Box is { } box) { (boxMax, boxSum, met) = (Math.Max(boxMax, box), boxSum + pair.MeanBox, met + 1); }
            if (pair.IsSure) { (sure, sureLost) = (sure + 1, sureLost + (pair.Box is null ? 1 : 0)); }
        }

        var norm = Math.Sqrt(referenceSquares) * Math.Sqrt(actualSquares);
        return new()
        {
            Reference = name,
            LogitsMaxAbs = max,
            LogitsMeanAbs = pairs.Count == 0 ? 0 : sum / pairs.Count,
            LogitsCosine = norm > 0 ? Math.Clamp(dot / norm, -1, 1) : referenceSquares == actualSquares ? 1 : 0,
            BoxesMaxAbs = boxMax,
            BoxesMeanAbs = met == 0 ? 0 : boxSum / met,
            ClassChangedShare = sure == 0 ? 0 : sureLost / (double)sure,
        };
    }
}
