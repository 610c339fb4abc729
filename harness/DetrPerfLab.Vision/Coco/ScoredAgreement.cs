namespace DetrPerfLab.Vision;

/// <summary>Compares outputs of models that end in ranked detections: <c>labels</c> int64 [N,Q], <c>boxes</c> float32 [N,Q,4] (corners) and <c>scores</c> float32 [N,Q].</summary>
/// <remarks>
/// Element by element would say little: where two scores lie closer than the precision, two detections change places. So each detection of the reference meets
/// the nearest of the same label whose box overlaps it by half; one of either side that meets none has the lowest score that the other lists, since it may have fallen off its end.
/// </remarks>
public static class ScoredAgreement
{
    const float SameObject = 0.5f; // IoU

    /// <summary>
    /// Differences of scores in place of logits; of boxes as fractions of the largest coordinate that the reference gives. The share of changed classes is
    /// that of the reference's sure detections, half as sure as its surest or more, that meet none.
    /// </summary>
    public static AgreementInfo Compare(string name, TensorSet reference, TensorSet actual)
    {
        foreach (var tensor in new[] { "labels", "boxes", "scores" })
        {
            var (r, a) = (reference[tensor], actual[tensor]);
            if (!r.Shape.SequenceEqual(a.Shape)) { throw LabError.OutputsDiffer(tensor, a.ToString(), r.ToString()); }
        }

        foreach (var outputs in new[] { reference, actual })
        {
            DetectorPipeline.RequireFinite(outputs["boxes"]);
            DetectorPipeline.RequireFinite(outputs["scores"]);
        }

        var side = reference["boxes"].Floats.ToArray().Select(Math.Abs).DefaultIfEmpty().Max();
        var found = new Findings();
        for (var image = 0; image < reference["scores"].Shape[0]; image++) { Match(new(reference, image), new(actual, image), side, found); }
        var scores = OutputAgreement.Compare("scores", found.Reference.ToArray(), found.Actual.ToArray());
        return new()
        {
            Reference = name,
            LogitsMaxAbs = scores.MaxAbs,
            LogitsMeanAbs = scores.MeanAbs,
            LogitsCosine = scores.Cosine,
            BoxesMaxAbs = found.BoxMax,
            BoxesMeanAbs = found.Met == 0 ? 0 : found.BoxSum / found.Met,
            ClassChangedShare = found.Sure == 0 ? 0 : found.SureLost / (double)found.Sure,
        };
    }

    /// <summary>Scores of each detection and of what it met, and what the boxes of those that met differ by.</summary>
    sealed class Findings
    {
        internal readonly List<float> Reference = [], Actual = [];
        internal double BoxMax, BoxSum;
        internal int Met, Sure, SureLost;

        internal void Add(float reference, float actual)
        {
            Reference.Add(reference);
            Actual.Add(actual);
        }
    }

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

    static void Match(Image reference, Image actual, float side, Findings found)
    {
        var count = reference.Count;
        if (count == 0) { return; }
        var scores = reference.Scores;
        var listed = scores.ToArray();
        var (lowest, highest, lowestOfOthers) = (listed.Min(), listed.Max(), actual.Scores.ToArray().Min());
        var used = new bool[count];
        for (var i = 0; i < count; i++)
        {
            var (best, bestCost, bestFar, bestMean) = (-1, double.PositiveInfinity, 0.0, 0.0);
            var box = reference.Box(i);
            for (var j = 0; j < count; j++)
            {
                if (used[j] || actual.Labels[j] != reference.Labels[i]) { continue; }
                var other = actual.Box(j);
                var (far, mean) = Distance(box, other, side);
                // A box without area overlaps nothing, itself included.
                if (far > 0 && Box.Iou(box, other) < SameObject) { continue; }
                var cost = far + Math.Abs(scores[i] - actual.Scores[j]);
                if (cost < bestCost) { (best, bestCost, bestFar, bestMean) = (j, cost, far, mean); }
            }

            var sure = scores[i] >= highest / 2; // a user would see it
            if (sure) { found.Sure++; }
            if (best < 0)
            {
                found.Add(scores[i], Math.Min(lowestOfOthers, scores[i]));
                if (sure) { found.SureLost++; }
                continue;
            }

            used[best] = true;
            found.Add(scores[i], actual.Scores[best]);
            (found.BoxMax, found.BoxSum, found.Met) = (Math.Max(found.BoxMax, bestFar), found.BoxSum + bestMean, found.Met + 1);
        }

        // What the variant alone sees counts against it alike.
        for (var j = 0; j < count; j++)
        {
            if (!used[j]) { found.Add(Math.Min(lowest, actual.Scores[j]), actual.Scores[j]); }
        }
    }

    static (double Max, double Mean) Distance(in Box a, in Box b, float side)
    {
        if (side == 0) { return default; }
        double x1 = Math.Abs(a.X1 - b.X1), y1 = Math.Abs(a.Y1 - b.Y1), x2 = Math.Abs(a.X2 - b.X2), y2 = Math.Abs(a.Y2 - b.Y2);
        return (Math.Max(Math.Max(x1, y1), Math.Max(x2, y2)) / side, (x1 + y1 + x2 + y2) / 4 / side);
    }
}
