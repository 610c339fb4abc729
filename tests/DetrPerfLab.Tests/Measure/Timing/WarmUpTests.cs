using Microsoft.Extensions.Time.Testing;

namespace DetrPerfLab.Tests.Measure;

public class WarmUpTests
{
    [Fact]
    public void Run_SteadyFromTheStart_StopsAtTheFloor()
    {
        // Windows of three 200 ms runs; three of them agree after nine.
        var result = Run(_ => 200);

        Assert.True(result.Steady);
        Assert.Equal(9, result.Operations);
        Assert.Equal(1800, result.TotalMs, 1e-6); // sum of nine rounded samples
    }

    [Fact]
    public void Run_FirstRunsSlow_WaitsUntilWindowsAgree()
    {
        double[] script = [900, 600, 500, 400, 350, 300, 280, 260, 250];
        var result = Run(i => i < script.Length ? script[i] : 200);

        Assert.True(result.Steady);
        Assert.Equal(18, result.Operations); // nine unsteady runs, then three windows of three
    }

    [Fact]
    public void Run_JitRecompilesLate_IsNotFooledByEarlyAgreement()
    {
        // 50 microseconds until 300 ms have passed, then 10: steady only afterwards.
        var clock = new FakeTimeProvider();
        var operation = new ScriptedOperation(clock, _ => clock.ElapsedMs() < 300 ? 0.05 : 0.01);

        var result = new WarmUp(clock: clock).Run(operation);

        Assert.True(result.Steady);
        Assert.True(result.TotalMs > 500);
        Assert.True(result.Operations > 300 / 0.05);
    }

    [Fact]
    public void Run_SlowDriftWithinToleranceEachStep_IsNotSteady()
    {
        // Each window is 2.9 % faster than the one before: two neighbours agree, three do not.
        var result = Run(i => 200 * Math.Pow(0.971, i / 3), new() { CapOperations = 60 });
        Assert.False(result.Steady);
    }

    [Fact]
    public void Run_NeverSteady_EndsAtTheCapInTime()
    {
        var result = Run(i => i / 3 % 2 == 0 ? 200 : 300, new() { CapMs = 5000 });

        Assert.False(result.Steady);
        Assert.InRange(result.TotalMs, 5000, 5300);
    }

    [Fact]
    public void Run_NeverSteady_EndsAtTheCapInRuns()
    {
        var result = Run(i => i / 3 % 2 == 0 ? 200 : 300, new() { CapOperations = 7 });

        Assert.False(result.Steady);
        Assert.Equal(7, result.Operations);
    }

    [Fact]
    public void Run_OneOutlierAWindow_IsStillSteady() => Assert.True(Run(i => i % 3 == 1 ? 2000 : 200).Steady);

    [Fact]
    public void Rule_Defaults_AreStatedInWords() => Assert.Equal(
        "medians of 3 successive windows (at least 3 runs and 100 ms each) within 3%; at least 500 ms, at most 30000 ms or 1000000 runs", new WarmUpOptions().Rule);

    [Fact]
    public void Options_OutOfRange_AreRefused() => Assert.Throws<LabException>(() => new WarmUpOptions { Tolerance = 0 });

    static WarmUpInfo Run(Func<int, double> ms, WarmUpOptions? options = null)
    {
        var clock = new FakeTimeProvider();
        return new WarmUp(options, clock).Run(new ScriptedOperation(clock, ms));
    }
}
