using System.Numerics;

namespace DetrPerfLab.Onnx;

/// <summary>What calibration remembers of one tensor: extremes and a histogram of fixed size, however many values stream by.</summary>
/// <remarks>
/// The bins span [-L, L) where L is the smallest power of two above the magnitude of every value seen. Growing L merges bins in pairs that nest exactly,
/// so the result does not depend on the order or the batching of the values. Exact zeros are counted apart: every range represents 0 exactly,
/// and the spike that ReLU makes there would otherwise rule the choice.
/// </remarks>
sealed class ActivationHistogram
{
    internal const int Bins = 8192;

    // Below this the tensor is as good as zero, and 2^k / Bins would leave the range of double arithmetic's comfort.
    const double SmallestLimit = 1e-30;

    readonly long[] _counts = new long[Bins];

    internal float Min { get; private set; } = float.PositiveInfinity;
    internal float Max { get; private set; } = float.NegativeInfinity;
    internal long Count { get; private set; } // all values, zeros and what is not finite included
    internal long Zeros { get; private set; } // exactly 0: in no bin
    internal long NonFinite { get; private set; } // NaN and infinities: in no bin and no extreme

    /// <summary>L: half of the span of the bins; 0 before the first value that is not 0.</summary>
    internal double Limit { get; private set; }

    /// <summary>Values in each bin; bin i holds [-L + i w, -L + (i + 1) w) with w = <see cref="BinWidth"/>.</summary>
    internal ReadOnlySpan<long> Counts => _counts;

    internal double BinWidth => 2 * Limit / Bins;

    /// <summary>What was seen, or [0, 0] when nothing was.</summary>
    internal TensorRange Range => Min <= Max ? new(Min, Max) : default;

    internal double BinCentre(int bin) => -Limit + ((bin + 0.5) * BinWidth);

    internal void Add(ReadOnlySpan<float> values)
    {
        Count += values.Length;
        var (min, max, finite) = Extremes(values);
        Min = Math.Min(Min, min);
        Max = Math.Max(Max, max);
        if (min <= max && Math.Max(Math.Abs((double)min), Math.Abs((double)max)) is var largest and > 0) { GrowTo(largest); }
        if (!finite)
        {
            float[] kept = [.. values.ToArray().Where(float.IsFinite)];
            NonFinite += values.Length - kept.Length;
            values = kept;
        }

        var perUnit = Limit > 0 ? Bins / (2 * Limit) : 0;
        foreach (var value in values)
        {
            if (value == 0) { Zeros++; }
            // A product with a power of two is exact, so a value lands in the same bin after any growth; the sum is not negative.
            else { _counts[(int)((value + Limit) * perUnit)]++; }
        }
    }

    /// <summary>Adds what another one saw, as if its values had come by here.</summary>
    internal void Add(ActivationHistogram other)
    {
        (Min, Max) = (Math.Min(Min, other.Min), Math.Max(Max, other.Max));
        (Count, Zeros, NonFinite) = (Count + other.Count, Zeros + other.Zeros, NonFinite + other.NonFinite);
        if (other.Limit == 0) { return; }
        if (Limit < other.Limit) { GrowTo(other.Limit / 2); } // half of a limit is the least value that needs it
        var theirs = other;
        if (other.Limit < Limit)
        {
            theirs = new() { Limit = other.Limit };
            other._counts.CopyTo(theirs._counts, 0);
            theirs.GrowTo(Limit / 2);
        }

        for (var i = 0; i < Bins; i++) { _counts[i] += theirs._counts[i]; }
    }

    internal void Write(BinaryWriter writer)
    {
        writer.Write(Min);
        writer.Write(Max);
        writer.Write(Count);
        writer.Write(Zeros);
        writer.Write(NonFinite);
        writer.Write(Limit);
        foreach (var count in _counts) { writer.Write7BitEncodedInt64(count); } // most are 0 or small
    }

    internal static ActivationHistogram Read(BinaryReader reader)
    {
        var histogram = new ActivationHistogram
        {
            Min = reader.ReadSingle(),
            Max = reader.ReadSingle(),
            Count = reader.ReadInt64(),
            Zeros = reader.ReadInt64(),
            NonFinite = reader.ReadInt64(),
            Limit = reader.ReadDouble(),
        };
        foreach (ref var count in histogram._counts.AsSpan()) { count = reader.Read7BitEncodedInt64(); }
        return histogram;
    }

    void GrowTo(double largest)
    {
        // Strictly above, or the largest value itself would change its bin when L grows.
        var needed = Math.ScaleB(1, Math.ILogB(Math.Max(largest, SmallestLimit)) + 1);
        if (Limit == 0) { Limit = needed; return; }
        for (; Limit < needed; Limit *= 2)
        {
            // Upper half outwards from the middle, then the lower half: each target lies inside what was read already.
            for (var i = 0; i < Bins / 4; i++)
            {
                _counts[(Bins / 2) + i] = _counts[(Bins / 2) + (2 * i)] + _counts[(Bins / 2) + (2 * i) + 1];
                _counts[(Bins / 2) - 1 - i] = _counts[(Bins / 2) - 1 - (2 * i)] + _counts[(Bins / 2) - 2 - (2 * i)];
            }

            _counts.AsSpan(0, Bins / 4).Clear();
            _counts.AsSpan(3 * Bins / 4).Clear();
        }
    }

    static (float Min, float Max, bool Finite) Extremes(ReadOnlySpan<float> values)
    {
        var (min, max, finite, i) = (float.PositiveInfinity, float.NegativeInfinity, true, 0);
        if (values.Length >= Vector<float>.Count)
        {
            var (low, high, limit) = (new Vector<float>(min), new Vector<float>(max), new Vector<float>(float.MaxValue));
            for (; i <= values.Length - Vector<float>.Count; i += Vector<float>.Count)
            {
                var v = new Vector<float>(values[i..]);
                if (!Vector.LessThanOrEqualAll(Vector.Abs(v), limit)) { break; }
                (low, high) = (Vector.Min(low, v), Vector.Max(high, v));
            }

            for (var lane = 0; lane < Vector<float>.Count; lane++) { (min, max) = (MathF.Min(min, low[lane]), MathF.Max(max, high[lane])); }
        }

        for (; i < values.Length; i++)
        {
            if (float.IsFinite(values[i])) { (min, max) = (MathF.Min(min, values[i]), MathF.Max(max, values[i])); }
            else { finite = false; }
        }

        return (min, max, finite);
    }
}
