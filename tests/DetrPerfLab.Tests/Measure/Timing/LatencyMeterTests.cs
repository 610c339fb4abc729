using System.Reflection;
using Microsoft.Extensions.Time.Testing;

namespace DetrPerfLab.Tests.Measure;

[Collection(nameof(Alone))]
public class LatencyMeterTests
{
    // The fake clock counts steps of 100 ns; the product with the tick's length rounds once.
    const double Rounding = 1e-9;

    [Fact]
    public void Measure_AsynchronousEngine_CountsTheWorkNotTheHandover()
    {
        var clock = new FakeTimeProvider();
        var operation = new AsynchronousOperation(clock, submitMs: 0.25, workMs: 8);

        // Without Synchronize the figure is that of the handover: 32 times too fast.
        var start = clock.GetTimestamp();
        operation.Run();
        Assert.Equal(0.25, clock.GetElapsedTime(start).TotalMilliseconds, Rounding);

        // And the work left behind is no part of the next sample.
        Assert.Equal(8.25, new LatencyMeter(clock).Measure(operation), Rounding);
    }

    [Fact]
    public void Measure_PreparingAndChecking_AreOffTheClock()
    {
        var clock = new FakeTimeProvider();
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
        Measure(); // compiled

        var before = GC.GetAllocatedBytesForCurrentThread();
        Measure();
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(0, allocated);
        Assert.Equal(2000, sum);

        void Measure()
        {
            for (var i = 0; i < 1000; i++) { meter.Measure(operation); }
        }
    }

    [Fact]
    public void MeasuredPath_ItsCode_TakesNoLock()
    {
        // All of the harness's own code between start and stop of the clock; what an operation does itself is its own affair.
        MethodBase[] path =
        [
            Method(typeof(MeasuredCase), nameof(MeasuredCase.Run)), Method(typeof(MeasuredCase), "get_Timed"), Method(typeof(CaseWork), "get_Audited"), Method(typeof(CaseWork), "get_Operation"),
            Method(typeof(LatencyMeter), "Time"),
            Method(typeof(AuditedOperation), nameof(IOperation.Run)), Method(typeof(AuditedOperation), nameof(IOperation.Synchronize)),
            Method(typeof(TensorSubject), nameof(IOperation.Run)), Method(typeof(TensorSubject), nameof(IOperation.Synchronize)),
            Method(typeof(EngineOperation), nameof(IOperation.Run)), Method(typeof(EngineOperation), nameof(IOperation.Synchronize)),
            Method(typeof(ActionOperation), nameof(IOperation.Run)), Method(TimeProvider.System.GetType(), nameof(TimeProvider.GetTimestamp)),
        ];

        Assert.All(path, method => Assert.DoesNotContain(CallsOf.Method(method), IsLock));
        // Nor calls anything of the harness that is not in the list, but for the way out of a failed run.
        var known = path.Select(m => m.Name).Append("Restore").ToHashSet();
        Assert.All(path, method => Assert.All(CallsOf.Method(method).Where(c => c.DeclaringType!.Assembly == typeof(MeasuredCase).Assembly), c => Assert.Contains(c.Name, known)));
        // And a lock would be seen.
        Assert.Contains(CallsOf.Method(Method(typeof(LatencyMeterTests), nameof(Locked))), IsLock);

        static bool IsLock(MethodBase call) => call.DeclaringType!.Namespace == "System.Threading";
    }

    static void Locked(object shared)
    {
        lock (shared) { shared.ToString(); }
    }

    static MethodBase Method(Type type, string name) =>
        type.GetMethod(name, BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static)!;

    sealed class Bracketed(FakeTimeProvider clock) : IOperation
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
