using System.Runtime.Intrinsics;

namespace DetrPerfLab.Vision;

/// <summary>Between interleaved RGB and one row a channel, 16 pixels at a time.</summary>
static class RgbPlanes
{
    const int Block = 16;

    // [channel][part][lane]: which byte of a part (a third of 48 bytes) holds a pixel's channel, and the way back; 0xFF makes a zero byte.
    static readonly Vector128<byte>[] s_split = Indices((channel, part, lane) => (lane * 3) + channel - (part * Block));
    static readonly Vector128<byte>[] s_merge =
        Indices((channel, part, lane) => ((part * Block) + lane) % 3 == channel ? ((part * Block) + lane) / 3 : -1);

    /// <summary>Splits a row [width, 3] into three, <paramref name="stride"/> bytes apart.</summary>
    internal static unsafe void Split(ReadOnlySpan<byte> source, byte* target, int stride)
    {
        var width = source.Length / 3;
        var x = 0;
        fixed (byte* from = source)
        {
            for (; x + Block <= width; x += Block)
            {
                var part = from + (x * 3);
                var (a, b, c) = (Vector128.Load(part), Vector128.Load(part + Block), Vector128.Load(part + (2 * Block)));
                Combine(a, b, c, s_split.AsSpan(0, 3)).Store(target + x);
                Combine(a, b, c, s_split.AsSpan(3, 3)).Store(target + stride + x);
                Combine(a, b, c, s_split.AsSpan(6, 3)).Store(target + (2 * stride) + x);
            }
        }

        for (; x < width; x++)
        {
            for (var channel = 0; channel < 3; channel++) { target[(channel * stride) + x] = source[(x * 3) + channel]; }
        }
    }

    /// <summary>Merges three rows, <paramref name="stride"/> bytes apart, into one [width, 3].</summary>
    internal static unsafe void Merge(byte* source, int stride, Span<byte> target)
    {
        var width = target.Length / 3;
        var x = 0;
        fixed (byte* to = target)
        {
            for (; x + Block <= width; x += Block)
            {
                var part = to + (x * 3);
                var (r, g, b) = (Vector128.Load(source + x), Vector128.Load(source + stride + x), Vector128.Load(source + (2 * stride) + x));
                for (var p = 0; p < 3; p++)
                {
                    (RowPass.Shuffle(r, s_merge[p]) | RowPass.Shuffle(g, s_merge[3 + p]) | RowPass.Shuffle(b, s_merge[6 + p])).Store(part + (p * Block));
                }
            }
        }

        for (; x < width; x++)
        {
            for (var channel = 0; channel < 3; channel++) { target[(x * 3) + channel] = source[(channel * stride) + x]; }
        }
    }

    static Vector128<byte> Combine(Vector128<byte> a, Vector128<byte> b, Vector128<byte> c, ReadOnlySpan<Vector128<byte>> index) =>
        RowPass.Shuffle(a, index[0]) | RowPass.Shuffle(b, index[1]) | RowPass.Shuffle(c, index[2]);

    static Vector128<byte>[] Indices(Func<int, int, int, int> source)
    {
        var result = new Vector128<byte>[9];
        for (var i = 0; i < result.Length; i++)
        {
            var (channel, part) = (i / 3, i % 3);
            for (var lane = 0; lane < Block; lane++)
            {
                var index = source(channel, part, lane);
                result[i] = result[i].WithElement(lane, index is >= 0 and < Block ? (byte)index : (byte)0xFF);
            }
        }

        return result;
    }
}
