namespace DetrPerfLab.Vision;

/// <summary>The same as <see cref="Softmax"/>, one value after the other: what the fast one is tested and measured against.</summary>
static class SoftmaxReference
{
    /// <inheritdoc cref="Softmax.Best"/>
    public static (int Label, float Score) Best(ReadOnlySpan<float> logits)
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
