using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DetrPerfLab.Vision;

/// <summary>The vector width that the column pass runs with.</summary>
enum LaneWidth
{
    /// <summary>Any machine.</summary>
    Bits128,

    /// <summary>AVX2.</summary>
    Bits256,

    /// <summary>AVX-512.</summary>
    Bits512,
}

/// <summary>Pillow's second pass: one channel of one output row from the rows above and below, normalised on the way out.</summary>
/// <remarks>
/// The sums stay in 32-bit lanes: 22-bit weights do not fit the 16-bit multiply-add, and splitting them costs as much as the 32-bit product.
/// All widths give the same bits: the sums are integers, and the float steps have no order to choose.
/// </remarks>
static class ColumnPass
{
    /// <summary>The widest that this machine runs well.</summary>
    internal static LaneWidth Widest { get; } =
        Vector512.IsHardwareAccelerated && Avx512F.IsSupported ? LaneWidth.Bits512 : Avx2.IsSupported ? LaneWidth.Bits256 : LaneWidth.Bits128;

    /// <summary>Weighted rows, rounded to 8 bits and normalised to float32.</summary>
    /// <param name="lanes">At most <see cref="Widest"/>.</param>
    /// <param name="rows">Start of each tap's row; every row may be read 16 bytes beyond its width.</param>
    /// <param name="weights">Fixed-point weight of each tap.</param>
    /// <param name="normalization">What makes floats of bytes.</param>
    /// <param name="channel">0 red, 1 green, 2 blue.</param>
    /// <param name="target">The output row; its length is the width.</param>
    internal static unsafe void ToFloats(
        LaneWidth lanes, byte** rows, ReadOnlySpan<int> weights, Normalization normalization, int channel, Span<float> target)
    {
        switch (lanes)
        {
            case LaneWidth.Bits512: ToFloats<PixelLanes512, Vector512<int>, Vector512<float>>(rows, weights, normalization, channel, target); break;
            case LaneWidth.Bits256: ToFloats<PixelLanes256, Vector256<int>, Vector256<float>>(rows, weights, normalization, channel, target); break;
            default: ToFloats<PixelLanes128, Vector128<int>, Vector128<float>>(rows, weights, normalization, channel, target); break;
        }
    }

    /// <summary>Weighted rows, rounded to 8 bits.</summary>
    /// <param name="lanes">At most <see cref="Widest"/>.</param>
    /// <param name="rows">Start of each tap's row; every row may be read 16 bytes beyond its width.</param>
    /// <param name="weights">Fixed-point weight of each tap.</param>
    /// <param name="target">The output row, which may be written 16 bytes beyond <paramref name="width"/>.</param>
    /// <param name="width">Pixels.</param>
    internal static unsafe void ToBytes(LaneWidth lanes, byte** rows, ReadOnlySpan<int> weights, byte* target, int width)
    {
        switch (lanes)
        {
            case LaneWidth.Bits512: ToBytes<PixelLanes512, Vector512<int>, Vector512<float>>(rows, weights, target, width); break;
            case LaneWidth.Bits256: ToBytes<PixelLanes256, Vector256<int>, Vector256<float>>(rows, weights, target, width); break;
            default: ToBytes<PixelLanes128, Vector128<int>, Vector128<float>>(rows, weights, target, width); break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static unsafe void ToFloats<TLanes, TInt, TFloat>(
        byte** rows, ReadOnlySpan<int> weights, Normalization normalization, int channel, Span<float> target)
        where TLanes : struct, IPixelLanes<TInt, TFloat>
    {
        var width = target.Length;
        if (width < TLanes.Count)
        {
            Narrow(rows, weights, normalization.Table(channel), target);
            return;
        }

        var deviation = normalization.Deviation[channel];
        var (top, topReciprocal, mean) = (TLanes.Broadcast(255f), TLanes.Broadcast(1 / 255f), TLanes.Broadcast(normalization.Mean[channel]));
        var (below, belowReciprocal) = (TLanes.Broadcast(deviation), TLanes.Broadcast(1 / deviation));
        var exact = normalization.CorrectedProductIsExact;
        fixed (float* start = target)
        {
            for (var x = 0; ; x += TLanes.Count)
            {
                x = Math.Min(x, width - TLanes.Count); // the last vector overlaps the one before: same values, no tail
                var value = TLanes.ToFloat(Sum<TLanes, TInt, TFloat>(rows, weights, x));
                value = exact
                    ? TLanes.Divide(TLanes.Subtract(TLanes.Divide(value, top, topReciprocal), mean), below, belowReciprocal)
                    : TLanes.Divide(TLanes.Subtract(TLanes.Divide(value, top), mean), below);
                TLanes.Store(value, ref start[x]);
                if (x == width - TLanes.Count) { break; }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static unsafe void ToBytes<TLanes, TInt, TFloat>(byte** rows, ReadOnlySpan<int> weights, byte* target, int width)
        where TLanes : struct, IPixelLanes<TInt, TFloat>
    {
        for (var x = 0; x < width; x += TLanes.Count) { TLanes.Store(Sum<TLanes, TInt, TFloat>(rows, weights, x), ref target[x]); }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static unsafe TInt Sum<TLanes, TInt, TFloat>(byte** rows, ReadOnlySpan<int> weights, int x)
        where TLanes : struct, IPixelLanes<TInt, TFloat>
    {
        var sum = TLanes.Broadcast(ResampleAxis.Half);
        for (var t = 0; t < weights.Length; t++)
        {
            sum = TLanes.MultiplyAdd(TLanes.Widen(ref rows[t][x]), TLanes.Broadcast(weights[t]), sum);
        }

        return TLanes.ToByteRange(sum);
    }

    static unsafe void Narrow(byte** rows, ReadOnlySpan<int> weights, ReadOnlySpan<float> table, Span<float> target)
    {
        for (var x = 0; x < target.Length; x++)
        {
            var sum = ResampleAxis.Half;
            for (var t = 0; t < weights.Length; t++) { sum += rows[t][x] * weights[t]; }
            target[x] = table[Math.Min(sum >> ResampleAxis.PrecisionBits, 255)];
        }
    }
}
