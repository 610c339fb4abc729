namespace DetrPerfLab.Vision;

/// <summary>The same as <see cref="Postprocessor"/>, one value after the other: what the fast one is tested and measured against.</summary>
public static class PostProcessReference
{
    public static void Detr(ReadOnlySpan<float> logits, ReadOnlySpan<float> boxes, ImageSize image, Span<Detection> detections)
    {
        var classes = Postprocessor.LogitsOfAQuery(logits, boxes, detections);
        for (var q = 0; q < detections.Length; q++)
        {
            var (label, score) = Best(logits.Slice(q * classes, classes));
            var box = Box.FromCenter(boxes.Slice(q * 4, 4));
            detections[q] = new Detection(
                label, score, box.X1 * image.Width, box.Y1 * image.Height, box.X2 * image.Width, box.Y2 * image.Height);
        }
    }

    static (int Label, float Score) Best(ReadOnlySpan<float> logits)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(logits.Length, 2, nameof(logits));
        var label = 0;
        var max = logits[^1];
        for (var i = 0; i < logits.Length - 1; i++)
        {
            if (logits[i] > logits[label]) { label = i; }
            max = MathF.Max(max, logits[i]);
        }

        return float.IsNaN(max) ? (0, max) : (label, Softmax.Exp(logits[label] - max) / SumOfExp(logits, max));
    }

    static float SumOfExp(ReadOnlySpan<float> logits, float max)
    {
        Span<float> sums = stackalloc float[Softmax.Stripes];
        sums.Clear();
        for (var i = 0; i < logits.Length; i++) { sums[i % sums.Length] += Softmax.Exp(logits[i] - max); }
        for (var half = sums.Length / 2; half > 0; half /= 2)
        {
            for (var i = 0; i < half; i++) { sums[i] += sums[i + half]; }
        }

        return sums[0];
    }
}
