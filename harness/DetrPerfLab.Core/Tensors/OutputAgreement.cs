namespace DetrPerfLab.Core;

/// <summary>How far one raw output lies from the reference's: largest and mean absolute difference, and the cosine of the angle between both (1 where both are all zero, 0 where one is).</summary>
public readonly record struct TensorAgreement(double MaxAbs, double MeanAbs, double Cosine);

/// <summary>Compares raw outputs of two variants on the same inputs.</summary>
public static class OutputAgreement
{
    /// <summary>Compares outputs of equal length element by element, summing in double precision.</summary>
    /// <exception cref="LabException">The lengths differ, or there is NaN or infinity: a figure made of it would hide it.</exception>
    public static TensorAgreement Compare(string tensor, ReadOnlySpan<float> reference, ReadOnlySpan<float> actual)
    {
        if (reference.Length != actual.Length)
        {
            throw LabError.OutputsDiffer(tensor, $"{actual.Length} elements long", $"{reference.Length}");
        }

        double max = 0, sum = 0, dot = 0, referenceSquares = 0, actualSquares = 0;
        for (var i = 0; i < reference.Length; i++)
        {
            double r = reference[i], a = actual[i];
            if (!double.IsFinite(r) || !double.IsFinite(a)) { throw LabError.OutputNotFinite(tensor, i); }
            var distance = Math.Abs(r - a);
            max = Math.Max(max, distance);
            sum += distance;
            dot += r * a;
            referenceSquares += r * r;
            actualSquares += a * a;
        }

        var norm = Math.Sqrt(referenceSquares) * Math.Sqrt(actualSquares);
        var cosine = norm > 0 ? Math.Clamp(dot / norm, -1, 1) : referenceSquares == actualSquares ? 1 : 0;
        return new(max, reference.IsEmpty ? 0 : sum / reference.Length, cosine);
    }

    /// <summary>Share of queries with another most probable class, in [0, 1], by logits [queries, <paramref name="classes"/>] over any number of images; "no object" is a class.</summary>
    internal static double ClassChangedShare(ReadOnlySpan<float> reference, ReadOnlySpan<float> actual, int classes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(classes);
        ArgumentOutOfRangeException.ThrowIfNotEqual(actual.Length, reference.Length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(reference.Length % classes, 0);
        var changed = 0;
        for (var at = 0; at < reference.Length; at += classes)
        {
            if (ArgMax(reference.Slice(at, classes)) != ArgMax(actual.Slice(at, classes))) { changed++; }
        }

        return reference.IsEmpty ? 0 : changed * (double)classes / reference.Length;
    }

    /// <summary>Compares the outputs of a DETR, <c>logits</c> [N, Q, C + 1] and <c>pred_boxes</c> [N, Q, 4], on the same inputs; <paramref name="name"/> is the reference's.</summary>
    public static AgreementInfo CompareDetr(string name, TensorSet reference, TensorSet actual)
    {
        var (logits, logitsAgreement) = CompareNamed("logits", reference, actual);
        var (_, boxesAgreement) = CompareNamed("pred_boxes", reference, actual);
        return new()
        {
            Reference = name,
            LogitsMaxAbs = logitsAgreement.MaxAbs,
            LogitsMeanAbs = logitsAgreement.MeanAbs,
            LogitsCosine = logitsAgreement.Cosine,
            BoxesMaxAbs = boxesAgreement.MaxAbs,
            BoxesMeanAbs = boxesAgreement.MeanAbs,
            ClassChangedShare = ClassChangedShare(logits.Floats, actual["logits"].Floats, (int)logits.Shape[^1]),
        };
    }

    /// <summary>
    /// Compares the outputs of any other model, float32, as scores: the largest distance and the smallest cosine of all. Distances of outputs beyond 1 are fractions of
    /// their largest value, since features have a scale of their own. Classes are those along the last axis that is longer than 1.
    /// </summary>
    public static AgreementInfo CompareScores(string name, TensorSet reference, TensorSet actual)
    {
        var all = reference.Where(r => r.Type == ElementType.Float32).Select(r => (Tensor: r, CompareNamed(r.Name, reference, actual).Agreement, Scale: Math.Max(1, r.Floats.ToArray().Max(Math.Abs)))).ToList();
        if (all.Count == 0) { throw LabError.BadInput($"The model's outputs {string.Join("; ", reference)} hold no numbers to compare, needed float32 scores. Export it with them."); }
        var scores = all.MinBy(a => a.Tensor.Shape.Length).Tensor;
        var classes = scores.Shape.ToArray().Skip(1).LastOrDefault(length => length > 1, 1);
        return new()
        {
            Reference = name,
            LogitsMaxAbs = all.Max(a => a.Agreement.MaxAbs / a.Scale),
            LogitsMeanAbs = all.Max(a => a.Agreement.MeanAbs / a.Scale),
            LogitsCosine = all.Min(a => a.Agreement.Cosine),
            ClassChangedShare = ClassChangedShare(scores.Floats, actual[scores.Name].Floats, (int)classes),
        };
    }

    static (HostTensor Reference, TensorAgreement Agreement) CompareNamed(string tensor, TensorSet reference, TensorSet actual)
    {
        var (r, a) = (reference[tensor], actual[tensor]);
        return r.Shape.SequenceEqual(a.Shape)
            ? (r, Compare(tensor, r.Floats, a.Floats))
            : throw LabError.OutputsDiffer(tensor, a.ToString(), r.ToString());
    }

    static int ArgMax(ReadOnlySpan<float> values)
    {
        var best = 0;
        for (var i = 1; i < values.Length; i++)
        {
            if (values[i] > values[best]) { best = i; }
        }

        return best;
    }
}
