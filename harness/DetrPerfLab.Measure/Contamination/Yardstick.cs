using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace DetrPerfLab.Measure;

/// <summary>A fixed computation whose time tells the core's speed: virtual machines hide the frequency, this does not.</summary>
static class Yardstick
{
    const int Steps = 300_000;
    const int Runs = 9;

    static ulong s_sink;

    /// <summary>The shortest of a few runs of about a quarter of a millisecond, which short interruptions do not lengthen.</summary>
    internal static double MeasureMs()
    {
        var shortest = long.MaxValue;
        for (var run = 0; run < Runs; run++)
        {
            var start = Stopwatch.GetTimestamp();
            s_sink = Chain(s_sink | 1);
            shortest = Math.Min(shortest, Stopwatch.GetTimestamp() - start);
        }

        return shortest * 1000.0 / Stopwatch.Frequency;
    }

    /// <summary>Each step needs the one before (xorshift), so no width of the core shortens it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static ulong Chain(ulong x)
    {
        for (var i = 0; i < Steps; i++)
        {
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
        }

        return x;
    }
}
