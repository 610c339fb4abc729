using DetrPerfLab.Core;

namespace DetrPerfLab.Measure;

/// <summary>Times operations one by one. The path between start and stop of the clock allocates nothing and takes no lock.</summary>
/// <param name="clock">The system's unless a test says otherwise.</param>
public sealed class LatencyMeter(IClock? clock = null)
{
    readonly IClock _clock = clock ?? SystemClock.Instance;

    /// <summary>Runs the operation once.</summary>
    /// <returns>Milliseconds from the call until the device is done.</returns>
    public double Measure(IOperation operation)
    {
        operation.Prepare();
        operation.Synchronize(); // what an earlier run left behind is not this one's time
        var start = _clock.Ticks;
        operation.Run();
        operation.Synchronize(); // an asynchronous engine returns before it is done
        var ms = (_clock.Ticks - start) * _clock.MillisecondsPerTick;
        operation.Finish(ms);
        return ms;
    }

    /// <summary>Fills <paramref name="samplesMs"/>, one run each.</summary>
    public void Measure(IOperation operation, Span<double> samplesMs)
    {
        foreach (ref var sample in samplesMs) { sample = Measure(operation); }
    }

    /// <summary>What the harness itself adds to a sample: the median of an operation that does nothing.</summary>
    /// <remarks>Measured with runs of many, since one lies at the clock's resolution; a slow neighbour only raises it.</remarks>
    public HarnessCostInfo MeasureOwnCost()
    {
        const int Runs = 2001;
        var nothing = new ActionOperation(() => { });
        var samples = new double[Runs];
        Measure(nothing, samples); // compiled and tiered up by then
        Measure(nothing, samples);
        var smallestStep = double.MaxValue;
        for (var i = 0; i < Runs; i++)
        {
            var start = _clock.Ticks;
            var next = _clock.Ticks;
            for (var spins = 0; next == start && spins < 1_000_000; spins++) { next = _clock.Ticks; }
            smallestStep = Math.Min(smallestStep, (next - start) * _clock.MillisecondsPerTick);
        }

        return new(Quantile.Median(samples) * 1000, smallestStep * 1000);
    }
}
