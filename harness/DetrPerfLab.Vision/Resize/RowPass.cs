using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DetrPerfLab.Vision;

/// <summary>Pillow's first pass: one channel of one row, four output pixels at a time, each pair of taps by one byte shuffle.</summary>
/// <remarks>
/// A shuffle brings two neighbouring source bytes of four output pixels into eight 16-bit lanes; two multiply-adds follow, since a 22-bit
/// weight is split as <c>high * 2^11 + low</c> and both halves fit 16 bits: 255 * (high * 2^11 + low) is summed exactly.
/// Where four output pixels lie more than 16 source bytes apart (a downscale beyond 4 or so), one output pixel at a time is summed along its taps.
/// </remarks>
sealed class RowPass
{
    /// <summary>Bytes that a source or target row must have beyond its width.</summary>
    internal const int Margin = 64;

    const int LowBits = 11;
    const int Outputs = 4; // output pixels of one shuffle
    const int WideStep = 8; // taps of one multiply-add of the other way

    readonly int _pairs; // shuffles for each group
    readonly int _steps; // multiply-adds for each output pixel, the other way
    readonly bool _fits = true;

    // One entry for each group of four output pixels and each pair of taps, in that order.
    readonly int[] _start;
    readonly byte[] _shuffle;
    readonly short[] _high;
    readonly short[] _low;

    internal RowPass(ResampleAxis axis)
    {
        Axis = axis;
        _pairs = (axis.MaxTaps + 1) / 2;

        // A whole number of 16-pixel blocks; the groups beyond the width have no weights.
        var entries = (axis.Target + 15) / 16 * (16 / Outputs) * _pairs;
        _start = new int[entries];
        _shuffle = new byte[entries * 16];
        _high = new short[entries * 8];
        _low = new short[entries * 8];
        _shuffle.AsSpan().Fill(0xFF); // a zero byte
        for (var entry = 0; entry < entries && _fits; entry++) { _fits = TryFill(entry); }

        if (_fits) { return; }
        _steps = (axis.MaxTaps + WideStep - 1) / WideStep;
        (_start, _shuffle) = ([], []);
        _high = new short[axis.Target * _steps * WideStep];
        _low = new short[_high.Length];
        for (var x = 0; x < axis.Target; x++)
        {
            var weights = axis.Weights(x);
            for (var t = 0; t < weights.Length; t++) { Split(weights[t], (x * _steps * WideStep) + t); }
        }
    }

    internal ResampleAxis Axis { get; }

    /// <summary>Resamples one channel of a row; <see cref="Margin"/> bytes beyond either row may be read or written.</summary>
    internal unsafe void Run(byte* source, byte* target)
    {
        if (Axis.IsIdentity) { Buffer.MemoryCopy(source, target, Axis.Target, Axis.Target); }
        else if (_fits) { RunShuffled(source, target); }
        else { RunWide(source, target); }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    unsafe void RunShuffled(byte* source, byte* target)
    {
        fixed (int* start = _start)
        fixed (byte* shuffle = _shuffle)
        fixed (short* high = _high, low = _low)
        {
            var entry = 0;
            for (var x = 0; x < Axis.Target; x += 4 * Outputs)
            {
                var a = Group(source, start, shuffle, high, low, ref entry);
                var b = Group(source, start, shuffle, high, low, ref entry);
                var c = Group(source, start, shuffle, high, low, ref entry);
                var d = Group(source, start, shuffle, high, low, ref entry);
                Vector128.Narrow(Vector128.Narrow(a, b).AsUInt16(), Vector128.Narrow(c, d).AsUInt16()).Store(target + x);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    unsafe Vector128<int> Group(byte* source, int* start, byte* shuffle, short* high, short* low, ref int entry)
    {
        var (highSum, lowSum) = (Vector128<int>.Zero, Vector128.Create(ResampleAxis.Half));
        for (var end = entry + _pairs; entry < end; entry++)
        {
            var pairs = Shuffle(Vector128.Load(source + start[entry]), Vector128.Load(shuffle + (entry * 16))).AsInt16();
            highSum += MultiplyAddPairs(pairs, Vector128.Load(high + (entry * 8)));
            lowSum += MultiplyAddPairs(pairs, Vector128.Load(low + (entry * 8)));
        }

        return Clip((highSum << LowBits) + lowSum);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    unsafe void RunWide(byte* source, byte* target)
    {
        fixed (short* high = _high, low = _low)
        {
            for (var x = 0; x < Axis.Target; x++)
            {
                var from = source + Axis.First(x);
                var (highSum, lowSum) = (Vector128<int>.Zero, Vector128<int>.Zero);
                var taps = Axis.Weights(x).Length;
                for (int t = 0, w = x * _steps * WideStep; t < taps; t += WideStep, w += WideStep)
                {
                    var values = Vector128.WidenLower(Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<ulong>(from + t)).AsByte()).AsInt16();
                    highSum += MultiplyAddPairs(values, Vector128.Load(high + w));
                    lowSum += MultiplyAddPairs(values, Vector128.Load(low + w));
                }

                target[x] = (byte)Clip(Vector128.Create(ResampleAxis.Half + Vector128.Sum((highSum << LowBits) + lowSum))).ToScalar();
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<int> Clip(Vector128<int> sum) => Vector128.Min(sum >> ResampleAxis.PrecisionBits, Vector128.Create(255));

    /// <summary>Bytes of <paramref name="source"/> by index; 0 where the index is 0xFF.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<byte> Shuffle(Vector128<byte> source, Vector128<byte> index) =>
        Ssse3.IsSupported ? Ssse3.Shuffle(source, index) : Vector128.Shuffle(source, index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<int> MultiplyAddPairs(Vector128<short> values, Vector128<short> weights)
    {
        if (Sse2.IsSupported) { return Sse2.MultiplyAddAdjacent(values, weights); }
        var (v, w) = (values.AsInt32(), weights.AsInt32());
        var low = Vector128.Create(0xFFFF); // neither values nor weights are ever negative
        return ((v & low) * (w & low)) + ((v >>> 16) * (w >>> 16));
    }

    bool TryFill(int entry)
    {
        var (group, pair) = (entry / _pairs, entry % _pairs);
        var window = int.MaxValue;
        for (var o = 0; o < Outputs; o++)
        {
            var x = (group * Outputs) + o;
            if (x < Axis.Target && pair * 2 < Axis.Weights(x).Length) { window = Math.Min(window, Axis.First(x) + (pair * 2)); }
        }

        if (window == int.MaxValue) { return true; } // nothing to add here: read from the row's start, weigh with 0
        _start[entry] = window;
        for (var o = 0; o < Outputs; o++)
        {
            var x = (group * Outputs) + o;
            if (x >= Axis.Target) { break; }
            var weights = Axis.Weights(x);
            for (var t = pair * 2; t < Math.Min((pair * 2) + 2, weights.Length); t++)
            {
                var offset = Axis.First(x) + t - window;
                if (offset > 15) { return false; }
                var lane = (entry * 8) + (o * 2) + (t & 1);
                (_shuffle[lane * 2], _shuffle[(lane * 2) + 1]) = ((byte)offset, 0xFF);
                Split(weights[t], lane);
            }
        }

        return true;
    }

    void Split(int weight, int lane) => (_high[lane], _low[lane]) = ((short)(weight >> LowBits), (short)(weight & ((1 << LowBits) - 1)));
}
