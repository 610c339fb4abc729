using DetrPerfLab.Measure;

namespace DetrPerfLab.Tests.Timing;

/// <summary>Time that passes only when a test says so.</summary>
sealed class VirtualClock : IClock
{
    public long Ticks { get; private set; }

    public double MillisecondsPerTick => 0.001;

    public void Advance(double ms) => Ticks += (long)Math.Round(ms / MillisecondsPerTick);
}

/// <summary>Takes as long as the script says: <paramref name="ms"/> of the number of the run, from 0.</summary>
sealed class ScriptedOperation(VirtualClock clock, Func<int, double> ms) : IOperation
{
    public int Runs { get; private set; }

    public void Run() => clock.Advance(ms(Runs++));
}

/// <summary>An engine whose Run only hands the work over; Synchronize waits for it, as on a GPU.</summary>
sealed class AsynchronousOperation(VirtualClock clock, double submitMs, double workMs) : IOperation
{
    double _pending;

    public void Run()
    {
        clock.Advance(submitMs);
        _pending += workMs;
    }

    public void Synchronize()
    {
        clock.Advance(_pending);
        _pending = 0;
    }
}
