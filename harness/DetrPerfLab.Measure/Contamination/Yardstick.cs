using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace DetrPerfLab.Measure;

/// <summary>A fixed computation whose time tells the core's speed: virtual machines hide the frequency, this does not.</summary>
static class Yardstick
{
    const int Steps = 300_000;
    const int Runs = 9;

    static double s_sink;

    /// <summary>The shortest of a few runs of about half a millisecond, which short interruptions do not lengthen.</summary>
    internal static double MeasureMs()
    {
        var shortest = long.MaxValue;
        for (var run = 0; run < Runs; run++)
        {
            var start = Stopwatch.GetTimestamp();
            s_sink = Chain(s_sink);
            shortest = Math.Min(shortest, Stopwatch.GetTimestamp() - start);
        }

        return shortest * 1000.0 / Stopwatch.Frequency;
    }

    /// <summary>Each step needs the one before, so no width of the core shortens it.</summary>
    /// <remarks>In floating point, as inference is. A chain of shifts and exclusive ors was no yardstick: on an AMD EPYC it had two speeds, 31 % apart, while
    /// the rate of a loop of AVX-512 multiply-adds in the same moments said nothing of it and this chain stayed within 1 %.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static double Chain(double x)
    {
        for (var i = 0; i < Steps; i++) { x = (x * 0.999) + 0.001; }
        return x;
    }
}
