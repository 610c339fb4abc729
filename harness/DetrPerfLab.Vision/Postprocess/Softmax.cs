using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace DetrPerfLab.Vision;

/// <summary>What detection needs of a softmax: its largest probability and the class that has it.</summary>
/// <remarks>
/// Bit-equal to <see cref="PostProcessReference"/> by construction: both use the same exponential (.NET's, which works lane by lane) and add
/// in the same order, 16 interleaved partial sums that are then folded in halves. PyTorch's last bits differ: its exponential is another.
/// </remarks>
static class Softmax
{
    internal const int Stripes = 16; // partial sums of the sum of exponentials

    /// <summary>
    /// The first class with the highest logit of one query [classes + 1], the last ("no object") left out, and its probability among all of them.
    /// NaN in the logits gives label 0 and the score NaN.
    /// </summary>
    internal static (int Label, float Score) Best(ReadOnlySpan<float> logits)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(logits.Length, 2, nameof(logits));
        var objects = logits[..^1];
        var best = Max(objects);
        var max = MathF.Max(best, logits[^1]);
        return float.IsNaN(max) ? (0, max) : (IndexOf(objects, best), Exp(best - max) / SumOfExp(logits, max));
    }

    /// <summary>What turns logits into probabilities: <c>exp(logit - Max) / Sum</c>.</summary>
    internal static (float Max, float Sum) Normalizer(ReadOnlySpan<float> logits)
    {
        var max = Max(logits);
        return (max, SumOfExp(logits, max));
    }

    /// <summary>One exponential, by the same instructions as a whole vector of them.</summary>
    internal static float Exp(float value) => Vector128.Exp(Vector128.CreateScalar(value)).ToScalar();

    static float Max(ReadOnlySpan<float> values)
    {
        ref var first = ref MemoryMarshal.GetReference(values);
        var (low, high) = (Vector256.Create(float.NegativeInfinity), Vector256.Create(float.NegativeInfinity));
        var i = 0;
        for (; i <= values.Length - Stripes; i += Stripes)
        {
            low = Vector256.Max(low, Vector256.LoadUnsafe(ref first, (nuint)i));
            high = Vector256.Max(high, Vector256.LoadUnsafe(ref first, (nuint)i + 8));
        }

        var (tailLow, tailHigh) = Tail(values[i..]);
        var wide = Vector256.Max(Vector256.Max(low, high), Vector256.Max(tailLow, tailHigh));
        var max = Vector128.Max(wide.GetLower(), wide.GetUpper());
        return MathF.Max(MathF.Max(max[0], max[1]), MathF.Max(max[2], max[3]));
    }

    static float SumOfExp(ReadOnlySpan<float> values, float max)
    {
        ref var first = ref MemoryMarshal.GetReference(values);
        var shift = Vector256.Create(max);
        var (low, high) = (Vector256<float>.Zero, Vector256<float>.Zero);
        var i = 0;
        for (; i <= values.Length - Stripes; i += Stripes)
        {
            low += Vector256.Exp(Vector256.LoadUnsafe(ref first, (nuint)i) - shift);
            high += Vector256.Exp(Vector256.LoadUnsafe(ref first, (nuint)i + 8) - shift);
        }

        var (tailLow, tailHigh) = Tail(values[i..]);
        var wide = low + Vector256.Exp(tailLow - shift) + (high + Vector256.Exp(tailHigh - shift));
        var sum = wide.GetLower() + wide.GetUpper();
        return sum[0] + sum[2] + (sum[1] + sum[3]);
    }

    /// <summary>Fewer than <see cref="Stripes"/> values, filled up with minus infinity: no maximum, and 0 as an exponential.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static (Vector256<float> Low, Vector256<float> High) Tail(ReadOnlySpan<float> values)
    {
        Span<float> filled = stackalloc float[Stripes];
        filled.Fill(float.NegativeInfinity);
        values.CopyTo(filled);
        return (Vector256.Create<float>(filled), Vector256.Create<float>(filled[8..]));
    }

    /// <summary>Where the value, which is one of them, first stands.</summary>
    static int IndexOf(ReadOnlySpan<float> values, float value)
    {
        ref var first = ref MemoryMarshal.GetReference(values);
        var wanted = Vector256.Create(value);
        var i = 0;
        for (; i <= values.Length - 8; i += 8)
        {
            var hits = Vector256.Equals(Vector256.LoadUnsafe(ref first, (nuint)i), wanted).ExtractMostSignificantBits();
            if (hits != 0) { return i + BitOperations.TrailingZeroCount(hits); }
        }

        for (; i < values.Length; i++)
        {
            if (values[i] == value) { return i; }
        }

        return 0;
    }
}
