using DetrPerfLab.Measure;

namespace DetrPerfLab.Tests.Timing;

[Collection(nameof(Alone))]
public class LatencyMeterTests
{
    // The virtual clock counts microseconds; the product with the tick's length rounds once.
    const double Rounding = 1e-9;

    [Fact]
    public void Measure_AsynchronousEngine_CountsTheWorkNotTheHandover()
    {
        var clock = new VirtualClock();
        var operation = new AsynchronousOperation(clock, submitMs: 0.25, workMs: 8);

        // Without Synchronize the figure is that of the handover: 32 times too fast.
        var start = clock.Ticks;
        operation.Run();
        Assert.Equal(0.25, (clock.Ticks - start) * clock.MillisecondsPerTick, Rounding);

        // And the work left behind is no part of the next sample.
        Assert.Equal(8.25, new LatencyMeter(clock).Measure(operation), Rounding);
    }

    [Fact]
    public void Measure_PreparingAndChecking_AreOffTheClock()
    {
        var clock = new VirtualClock();
        var operation = new Bracketed(clock);

        Assert.Equal(5, new LatencyMeter(clock).Measure(operation), Rounding);
        Assert.Equal(5, operation.Finished, Rounding);
    }

    [Fact]
    public void Measure_WarmPath_AllocatesNothing()
    {
        var sum = 0;
        var operation = new ActionOperation(() => sum++);
        var meter = new LatencyMeter();
        var samples = new double[1000];
        meter.Measure(operation, samples); // compiled

        var before = GC.GetAllocatedBytesForCurrentThread();
        meter.Measure(operation, samples);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(0, allocated);
        Assert.Equal(2000, sum);
    }

    [Fact]
    public void Measure_WarmPath_TakesNoLock()
    {
        var meter = new LatencyMeter();
        var operation = new ActionOperation(() => { });
        var samples = new double[100];
        meter.Measure(operation, samples);

        // Whoever locks an object that others might hold would stand still here: all that the path could share is held.
        lock (meter)
        {
            lock (operation)
            {
                var other = new Thread(() => meter.Measure(operation, samples));
                other.Start();
                Assert.True(other.Join(TimeSpan.FromSeconds(30)), "the measured path waits for a lock");
            }
        }
    }

    [Fact]
    public void MeasureOwnCost_RealClock_IsFarBelowAnInference()
    {
        var cost = new LatencyMeter().MeasureOwnCost();

        // The promise is 2 microseconds; a loaded test machine may preempt, which the median of 2,001 does not see.
        Assert.InRange(cost.MedianUs, 0, 2);
        Assert.True(cost.ClockStepUs > 0);
    }

    sealed class Bracketed(VirtualClock clock) : IOperation
    {
        public double Finished { get; private set; }

        public void Prepare() => clock.Advance(100);

        public void Run() => clock.Advance(5);

        public void Finish(double ms)
        {
            clock.Advance(100);
            Finished = ms;
        }
    }
}
