namespace DetrPerfLab.Onnx;

/// <summary>The range with the least expected squared error.</summary>
/// <remarks>
/// Error of a range with step s: s^2 / 12 for each value inside (uniform rounding noise) and the squared distance to the end for each value
/// outside. Source of the model: Banner, Nahshan, Soudry, "Post training 4-bit quantization of convolutional networks" (ACIQ), section 3.
/// Both ends move alternately over all bin edges; prefix sums make one candidate O(1).
/// </remarks>
static class MseCalibrator
{
    const int Sweeps = 4; // the alternation settles after two or three
    const int Middle = ActivationHistogram.Bins / 2;

    internal static TensorRange Choose(ActivationHistogram seen, int steps)
    {
        var full = seen.Range.WithZero();
        if (seen.Limit == 0) { return full; }
        var sums = new Moments(seen);
        // Bin edges on the two sides of 0, inwards from what was seen.
        var (low, high) = (0, ActivationHistogram.Bins);
        while (low < Middle && sums.Edge(low + 1) <= full.Min) { low++; }
        while (high > Middle && sums.Edge(high - 1) >= full.Max) { high--; }
        var (first, last) = (low, high);
        for (var sweep = 0; sweep < Sweeps; sweep++)
        {
            var (previousLow, previousHigh) = (low, high);
            high = Enumerable.Range(Middle, last - Middle + 1).MinBy(e => sums.Error(low, e, steps));
            low = Enumerable.Range(first, Middle - first + 1).MinBy(e => sums.Error(e, high, steps));
            if (low == previousLow && high == previousHigh) { break; }
        }

        return new TensorRange(Math.Max(sums.Edge(low), full.Min), Math.Min(sums.Edge(high), full.Max)).WithZero();
    }

    /// <summary>Prefix sums of count, value and squared value over the bins.</summary>
    sealed class Moments
    {
        readonly ActivationHistogram _seen;
        readonly double[] _count = new double[ActivationHistogram.Bins + 1];
        readonly double[] _sum = new double[ActivationHistogram.Bins + 1];
        readonly double[] _square = new double[ActivationHistogram.Bins + 1];

        internal Moments(ActivationHistogram seen)
        {
            _seen = seen;
            for (var i = 0; i < ActivationHistogram.Bins; i++)
            {
                var (n, c) = ((double)seen.Counts[i], seen.BinCentre(i));
                _count[i + 1] = _count[i] + n;
                _sum[i + 1] = _sum[i] + (n * c);
                _square[i + 1] = _square[i] + (n * c * c);
            }
        }

        internal double Edge(int i) => -_seen.Limit + (i * _seen.BinWidth);

        internal double Error(int low, int high, int steps)
        {
            var step = (Edge(high) - Edge(low)) / steps;
            return ((_count[high] - _count[low]) * step * step / 12)
                + Beyond(0, low, Edge(low)) + Beyond(high, ActivationHistogram.Bins, Edge(high));
        }

        // Sum of n (c - end)^2 over bins [from, to).
        double Beyond(int from, int to, double end) =>
            _square[to] - _square[from] - (2 * end * (_sum[to] - _sum[from])) + (end * end * (_count[to] - _count[from]));
    }
}
