using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DetrPerfLab.Vision;

/// <summary>Pillow's second pass: one channel of one output row from the rows above and below, and its normalisation.</summary>
/// <remarks>
/// The sums stay in 32-bit lanes: 22-bit weights do not fit the 16-bit multiply-add, and splitting them costs as much as the 32-bit product.
/// One text serves every machine: the JIT makes two or four vectors of one where the machine has none of 512 bits. Measured, that is fast for the
/// sums and slow for the floats, which therefore take <see cref="Vector{T}"/>. The bits are the same whatever the width.
/// </remarks>
static unsafe class ColumnPass
{
    const int Step = 64; // pixels of one round

    /// <summary>Weighted rows, rounded to 8 bits. Every row may be read, and the target written, <see cref="RowPass.Margin"/> bytes beyond the width.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void ToBytes(byte** rows, ReadOnlySpan<int> weights, byte* target, int width)
    {
        for (var x = 0; x < width; x += Step) { Sum(rows, weights, x).Store(target + x); }
    }

    /// <summary>As <see cref="ToBytes"/>, and from there to floats: (x / 255 - mean) / deviation.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void ToFloats(byte** rows, ReadOnlySpan<int> weights, byte* pixels, Normalization normalization, int channel, Span<float> target)
    {
        if (!Vector512.IsHardwareAccelerated || !Avx512F.IsSupported || !normalization.ProductsAreExact || target.Length < Step)
        {
            ToBytes(rows, weights, pixels, target.Length);
            Normalize(pixels, normalization, channel, target);
            return;
        }

        // In one go where the registers are wide and many: a tenth faster.
        var mean = Vector512.Create(normalization.Mean[channel]);
        var (top, deviation) = (Normalization.Reciprocal(255), Normalization.Reciprocal(normalization.Deviation[channel]));
        var (a, aRest, b, bRest) = (Vector512.Create(top.High), Vector512.Create(top.Low), Vector512.Create(deviation.High), Vector512.Create(deviation.Low));
        fixed (float* start = target)
        {
            for (var x = 0; ; x += Step)
            {
                x = Math.Min(x, target.Length - Step); // the last round overlaps the one before: same values, no tail
                var sum = Sum(rows, weights, x);
                var (low, high) = (sum.GetLower(), sum.GetUpper());
                Scale(low.GetLower()).Store(start + x);
                Scale(low.GetUpper()).Store(start + x + 16);
                Scale(high.GetLower()).Store(start + x + 32);
                Scale(high.GetUpper()).Store(start + x + 48);
                if (x == target.Length - Step) { break; }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        Vector512<float> Scale(Vector128<byte> bytes)
        {
            var value = Vector512.ConvertToSingle(Avx512F.ConvertToVector512Int32(bytes));
            value = Vector512.FusedMultiplyAdd(value, a, value * aRest) - mean;
            return Vector512.FusedMultiplyAdd(value, b, value * bRest);
        }
    }

    /// <summary>The next pixels. Each byte of a 32-bit lane has its own sum, so that no pixel has to change lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<byte> Sum(byte** rows, ReadOnlySpan<int> weights, int x)
    {
        var (mask, half) = (Vector512.Create(0xFFu), Vector512.Create((uint)ResampleAxis.Half));
        var (a, b, c, d) = (half, half, half, half);
        for (var t = 0; t < weights.Length; t++)
        {
            var (pixels, weight) = (Vector512.Load(rows[t] + x).AsUInt32(), Vector512.Create((uint)weights[t]));
            a += (pixels & mask) * weight;
            b += ((pixels >>> 8) & mask) * weight;
            c += ((pixels >>> 16) & mask) * weight;
            d += (pixels >>> 24) * weight;
        }

        return (ToByteRange(a) | (ToByteRange(b) << 8) | (ToByteRange(c) << 16) | (ToByteRange(d) << 24)).AsByte();
    }

    /// <summary>Drops the fixed-point fraction and cuts at 255.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<uint> ToByteRange(Vector512<uint> sum) => Vector512.Min(sum >>> ResampleAxis.PrecisionBits, Vector512.Create(255u));

    /// <summary>A row of bytes to floats: (x / 255 - mean) / deviation.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Normalize(byte* pixels, Normalization normalization, int channel, Span<float> target)
    {
        var x = 0;
        if (normalization.ProductsAreExact)
        {
            var mean = new Vector<float>(normalization.Mean[channel]);
            var (top, topRest) = Normalization.Reciprocal(255);
            var (scale, scaleRest) = Normalization.Reciprocal(normalization.Deviation[channel]);
            Vector<float> a = new(top), aRest = new(topRest), b = new(scale), bRest = new(scaleRest);
            fixed (float* start = target)
            {
                for (; x + Vector<byte>.Count <= target.Length; x += Vector<byte>.Count)
                {
                    Vector.Widen(Vector.Load(pixels + x), out var lower, out var upper);
                    Vector.Widen(lower, out var first, out var second);
                    Vector.Widen(upper, out var third, out var fourth);
                    Times(Times(ToFloat(first), a, aRest) - mean, b, bRest).Store(start + x);
                    Times(Times(ToFloat(second), a, aRest) - mean, b, bRest).Store(start + x + Vector<float>.Count);
                    Times(Times(ToFloat(third), a, aRest) - mean, b, bRest).Store(start + x + (2 * Vector<float>.Count));
                    Times(Times(ToFloat(fourth), a, aRest) - mean, b, bRest).Store(start + x + (3 * Vector<float>.Count));
                }
            }
        }

        for (var table = normalization.Table(channel); x < target.Length; x++) { target[x] = table[pixels[x]]; }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector<float> ToFloat(Vector<uint> pixels) => Vector.ConvertToSingle(pixels.As<uint, int>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector<float> Times(Vector<float> value, Vector<float> factor, Vector<float> rest) => Vector.FusedMultiplyAdd(value, factor, value * rest);
}
