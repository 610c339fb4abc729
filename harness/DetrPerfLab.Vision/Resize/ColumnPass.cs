using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DetrPerfLab.Vision;

/// <summary>Pillow's second pass: one channel of one output row from the rows above and below, and its normalisation.</summary>
/// <remarks>
/// The sums stay in 32-bit lanes: 22-bit weights do not fit the 16-bit multiply-add, and splitting them costs as much as the 32-bit product.
/// One text serves every machine: the JIT makes two or four vectors of one where the machine has none of 512 bits. Measured, that is fast for the
/// sums and slow for the floats, which therefore take <see cref="Vector{T}"/>. The bits are the same whatever the width.
/// </remarks>
static unsafe class ColumnPass
{
    /// <summary>Weighted rows, rounded to 8 bits. Every row may be read, and the target written, <see cref="RowPass.Margin"/> bytes beyond the width.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Sum(byte** rows, ReadOnlySpan<int> weights, byte* target, int width)
    {
        // Each byte of a 32-bit lane has its own sum, so that no pixel has to change lanes.
        var (low, half) = (Vector512.Create(0xFFu), Vector512.Create((uint)ResampleAxis.Half));
        for (var x = 0; x < width; x += Vector512<byte>.Count)
        {
            var (a, b, c, d) = (half, half, half, half);
            for (var t = 0; t < weights.Length; t++)
            {
                var (pixels, weight) = (Vector512.Load(rows[t] + x).AsUInt32(), Vector512.Create((uint)weights[t]));
                a += (pixels & low) * weight;
                b += ((pixels >>> 8) & low) * weight;
                c += ((pixels >>> 16) & low) * weight;
                d += (pixels >>> 24) * weight;
            }

            (ToByteRange(a) | (ToByteRange(b) << 8) | (ToByteRange(c) << 16) | (ToByteRange(d) << 24)).AsByte().Store(target + x);
        }
    }

    /// <summary>Drops the fixed-point fraction and cuts at 255.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<uint> ToByteRange(Vector512<uint> sum) => Vector512.Min(sum >>> ResampleAxis.PrecisionBits, Vector512.Create(255u));

    /// <summary>A row of bytes to floats: (x / 255 - mean) / deviation.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Normalize(byte* pixels, Normalization normalization, int channel, Span<float> target)
    {
        var x = 0;
        if (normalization.CorrectedProductIsExact)
        {
            var (mean, deviation, reciprocal) =
                (new Vector<float>(normalization.Mean[channel]), new Vector<float>(normalization.Deviation[channel]), new Vector<float>(1 / normalization.Deviation[channel]));
            fixed (float* start = target)
            {
                for (; x + Vector<byte>.Count <= target.Length; x += Vector<byte>.Count)
                {
                    Vector.Widen(Vector.Load(pixels + x), out var lower, out var upper);
                    Vector.Widen(lower, out var first, out var second);
                    Vector.Widen(upper, out var third, out var fourth);
                    Scale(first, mean, deviation, reciprocal).Store(start + x);
                    Scale(second, mean, deviation, reciprocal).Store(start + x + Vector<float>.Count);
                    Scale(third, mean, deviation, reciprocal).Store(start + x + (2 * Vector<float>.Count));
                    Scale(fourth, mean, deviation, reciprocal).Store(start + x + (3 * Vector<float>.Count));
                }
            }
        }

        for (var table = normalization.Table(channel); x < target.Length; x++) { target[x] = table[pixels[x]]; }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector<float> Scale(Vector<uint> pixels, Vector<float> mean, Vector<float> deviation, Vector<float> reciprocal) =>
        Divide(Divide(Vector.ConvertToSingle(pixels.As<uint, int>()), new(255), new(1 / 255f)) - mean, deviation, reciprocal);

    /// <summary>a / b as a product with the reciprocal and one correction of the remainder: five times the throughput of a vector division.</summary>
    /// <remarks>Source: P. Markstein, IBM J. Res. Dev. 34 (1990) 111. Correct for most; so <see cref="Normalization"/> checks those that occur.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector<float> Divide(Vector<float> a, Vector<float> b, Vector<float> reciprocal)
    {
        var quotient = a * reciprocal;
        return Vector.FusedMultiplyAdd(Vector.FusedMultiplyAdd(-quotient, b, a), reciprocal, quotient);
    }
}
