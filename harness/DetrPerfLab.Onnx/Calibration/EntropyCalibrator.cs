namespace DetrPerfLab.Onnx;

/// <summary>The range whose levels keep the distribution best: least Kullback-Leibler divergence.</summary>
/// <remarks>
/// Source: Migacz, "8-bit inference with TensorRT" (GTC 2017), generalised to ranges that are not symmetric: the threshold on the
/// magnitude cuts whichever ends lie beyond it.
/// Exact zeros take no part, since every candidate keeps them exactly.
/// </remarks>
static class EntropyCalibrator
{
    const int Candidates = 128;

    internal static TensorRange Choose(ActivationHistogram seen, int levels)
    {
        var full = seen.Range.WithZero();
        if (seen.Limit == 0) { return full; }
        var (best, bestDivergence) = (full, double.PositiveInfinity);
        var largest = Math.Max(-full.Min, full.Max);
        // From the widest inwards and strictly better only: of equals, the one that saturates least.
        for (var i = Candidates; i >= Candidates / 16; i--)
        {
            var threshold = largest * i / Candidates;
            var candidate = new TensorRange(Math.Max(full.Min, -threshold), Math.Min(full.Max, threshold));
            var divergence = Divergence(seen, candidate, levels);
            if (divergence < bestDivergence) { (best, bestDivergence) = (candidate, divergence); }
        }

        return best;
    }

    static double Divergence(ActivationHistogram seen, TensorRange range, int levels)
    {
        var (first, last) = (Bin(seen, range.Min), Bin(seen, range.Max));
        var counts = seen.Counts;
        var inside = counts[first..(last + 1)];
        // P: the reference, with everything beyond the ends gathered at the ends, where saturation puts it.
        var p = new double[inside.Length];
        for (var i = 0; i < counts.Length; i++) { p[Math.Clamp(i, first, last) - first] += counts[i]; }
        // Q: the inside alone, flattened within each level over the bins that held something.
        var q = new double[inside.Length];
        var perLevel = Math.Max((double)inside.Length / levels, 1);
        for (int start = 0, end = 0; start < inside.Length; start = end)
        {
            double mass = 0;
            var filled = 0;
            for (; end < inside.Length && (int)(end / perLevel) == (int)(start / perLevel); end++)
            {
                mass += inside[end];
                filled += inside[end] > 0 ? 1 : 0;
            }

            for (var i = start; i < end; i++) { q[i] = inside[i] > 0 ? mass / filled : 0; }
        }

        return KullbackLeibler(p, q);
    }

    static int Bin(ActivationHistogram seen, double value) =>
        Math.Clamp((int)Math.Floor((value + seen.Limit) / seen.BinWidth), 0, ActivationHistogram.Bins - 1);

    /// <summary>sum P ln(P / Q) of two histograms after normalising; a bin that only P has counts as if Q held a small share of it.</summary>
    static double KullbackLeibler(double[] p, double[] q)
    {
        const double Floor = 1e-4; // keeps one bin without support from ruling out a candidate, as smoothing does in the original
        var (pSum, qSum) = (p.Sum(), q.Sum());
        if (pSum == 0 || qSum == 0) { return double.PositiveInfinity; }
        double divergence = 0;
        for (var i = 0; i < p.Length; i++)
        {
            if (p[i] == 0) { continue; }
            var (pi, qi) = (p[i] / pSum, q[i] / qSum);
            divergence += pi * Math.Log(pi / Math.Max(qi, Floor * pi));
        }

        return divergence;
    }
}
