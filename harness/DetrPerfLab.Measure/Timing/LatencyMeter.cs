namespace DetrPerfLab.Measure;

/// <summary>Times operations one by one. The path between start and stop of the clock allocates nothing and takes no lock.</summary>
public sealed class LatencyMeter(TimeProvider? clock = null)
{
    const int CostRuns = 2001;

    readonly TimeProvider _clock = clock ?? TimeProvider.System;

    // GetElapsedTime counts in steps of 100 ns, the clock in finer ones.
    readonly double _msPerTick = MsPerTick(clock ?? TimeProvider.System);

    /// <returns>Milliseconds from the call until the device is done.</returns>
    public double Measure(IOperation operation)
    {
        Ready(operation);
        var ms = Time(operation);
        operation.Finish(ms);
        return ms;
    }

    /// <summary>Off the clock, before <see cref="Time"/>.</summary>
    internal static void Ready(IOperation operation)
    {
        operation.Prepare();
        operation.Synchronize(); // what an earlier run left behind is not this one's time
    }

    /// <summary>What lies between start and stop of the clock.</summary>
    internal double Time(IOperation operation)
    {
        var start = _clock.GetTimestamp();
        operation.Run();
        operation.Synchronize(); // an asynchronous engine returns before it is done
        return (_clock.GetTimestamp() - start) * _msPerTick;
    }

    /// <summary>What a way of timing adds to a sample.</summary>
    /// <param name="emptySampleMs">Times a sample that does nothing, in that way; milliseconds.</param>
    /// <remarks>The median of many, since one lies at the clock's resolution; a slow neighbour only raises it.</remarks>
    public static HarnessCostInfo CostOf(Func<double> emptySampleMs)
    {
        var samples = new double[CostRuns];
        for (var i = 0; i < CostRuns; i++) { emptySampleMs(); } // compiled and tiered up by then
        foreach (ref var sample in samples.AsSpan()) { sample = emptySampleMs(); }
        return new(Quantile.Median(samples) * 1000, ClockStepMs() * 1000);
    }

    static double ClockStepMs()
    {
        var clock = TimeProvider.System;
        var smallest = double.MaxValue;
        for (var i = 0; i < CostRuns; i++)
        {
            var start = clock.GetTimestamp();
            var next = clock.GetTimestamp();
            for (var spins = 0; next == start && spins < 1_000_000; spins++) { next = clock.GetTimestamp(); }
            smallest = Math.Min(smallest, (next - start) * MsPerTick(clock));
        }

        return smallest;
    }

    static double MsPerTick(TimeProvider clock) => 1000.0 / clock.TimestampFrequency;
}
