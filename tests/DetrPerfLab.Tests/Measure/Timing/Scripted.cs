using Microsoft.Extensions.Time.Testing;

namespace DetrPerfLab.Tests.Measure;

/// <summary>A clock that tests move, in milliseconds; it keeps whole microseconds.</summary>
static class FakeClock
{
    public static void Advance(this FakeTimeProvider clock, double ms) => clock.Advance(TimeSpan.FromMicroseconds(Math.Round(ms * 1000)));

    /// <summary>Since the clock was made.</summary>
    public static double ElapsedMs(this FakeTimeProvider clock) => (clock.GetUtcNow() - clock.Start).TotalMilliseconds;
}

/// <summary>Takes as long as the script says: <paramref name="ms"/> of the number of the run, from 0.</summary>
sealed class ScriptedOperation(FakeTimeProvider clock, Func<int, double> ms) : IOperation
{
    public int Runs { get; private set; }

    public void Run() => clock.Advance(ms(Runs++));
}

/// <summary>An engine whose Run only hands the work over; Synchronize waits for it, as on a GPU.</summary>
sealed class AsynchronousOperation(FakeTimeProvider clock, double submitMs, double workMs) : IOperation
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
