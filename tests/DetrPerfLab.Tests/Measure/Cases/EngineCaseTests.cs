using Microsoft.Extensions.Time.Testing;

namespace DetrPerfLab.Tests.Measure;

/// <summary>An engine's forward pass as a <see cref="MeasuredCase"/>.</summary>
[Collection(nameof(Alone))]
public class EngineCaseTests
{
    // The fake clock counts steps of 100 ns; the product with the tick's length rounds once.
    const double Rounding = 1e-9;

    readonly FakeTimeProvider _clock = new();

    [Fact]
    public void Conclude_HonestEngine_GivesSamplesAuditAndMemory()
    {
        var engine = new ScriptedEngine(_clock);
        using (var measured = Create(engine))
        {
            measured.WarmUp();
            var samples = Enumerable.Range(0, 10).Select(_ => measured.Measure()).ToList();
            var found = measured.Conclude(ContaminationLimits.Quiet);

            Assert.True(found.WarmUp!.Steady);
            Assert.InRange(found.HarnessCost!.MedianUs, 0, 2); // of the real clock
            Assert.All(samples, s => Assert.Equal(100, s.Run.Ms, Rounding));
            Assert.Equal(samples.Select(s => s.Run.Ms), found.SamplesMs);
            Assert.Equal((2, 2, 2, false), (found.Audit!.Checks, found.Audit.FreshInputs, found.Audit.Replayed, found.Audit.CachingExcluded));
            Assert.Equal(ContaminationVerdict.Clean, found.Contamination!.Verdict);
            Assert.Equal(1, found.Contamination.Seconds!.Value, Rounding); // ten samples of 100 ms, and nothing between them
            Assert.NotNull(found.Memory!.SteadyRssBytes);
            Assert.Equal(10, found.Gc!.Operations);
        }

        Assert.True(engine.Disposed);
    }

    [Fact]
    public void Measure_AsynchronousEngine_CountsTheWorkAndChecksWhatItWrote()
    {
        var engine = new ScriptedEngine(_clock, ms: 8, asynchronous: true);

        // Without Synchronize the clock shows the handover alone, and the outputs are still empty.
        var (inputs, outputs) = (ScriptedEngine.MakeInputs(), TensorSet.AllocateOutputs(engine.Inputs, ScriptedEngine.MakeInputs(), engine.Outputs));
        var start = _clock.GetTimestamp();
        engine.Run(inputs, outputs);
        Assert.Equal(0.5, _clock.GetElapsedTime(start).TotalMilliseconds, Rounding);
        Assert.Equal([0, 0], outputs["y"].Floats.ToArray());
        engine.Synchronize();

        using var measured = Create(engine);
        Assert.All(Enumerable.Range(0, 20).Select(_ => measured.Measure(untimedRuns: 1)), s => Assert.Equal(8.5, s.Run.Ms, Rounding));
    }

    [Fact]
    public void Measure_WrongLaterOn_IsRefused()
    {
        var engine = new ScriptedEngine(_clock)
        {
            Work = (run, inputs, outputs) =>
            {
                ScriptedEngine.Honest(inputs, outputs);
                if (run > 12) { outputs["y"].Floats[1] += 1; }
            },
        };
        using var measured = Create(engine);

        var mistake = Assert.Throws<LabException>(() => Enumerable.Range(0, 50).Select(_ => measured.Measure()).ToList());

        Assert.Equal(ExitCode.CheckFailed, mistake.ExitCode);
        Assert.Contains("away from the reference", mistake.Message);
    }

    [Fact]
    public void Measure_EngineThatReplaysItsOutputs_IsRefused()
    {
        float[]? kept = null;
        var engine = new ScriptedEngine(_clock)
        {
            Work = (_, inputs, outputs) =>
            {
                if (kept is null)
                {
                    ScriptedEngine.Honest(inputs, outputs);
                    kept = outputs["y"].Floats.ToArray();
                }

                kept.CopyTo(outputs["y"].Floats);
            },
        };
        using var measured = Create(engine);

        var mistake = Assert.Throws<LabException>(() => Enumerable.Range(0, 50).Select(_ => measured.Measure()).ToList());

        Assert.Contains("reuses results", mistake.Message);
    }

    [Fact]
    public void Run_WarmPath_AllocatesNothing()
    {
        using var measured = Create(new ScriptedEngine(_clock));
        measured.Measure();
        measured.Before();
        var before = GC.GetAllocatedBytesForCurrentThread();
        measured.Run();
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        measured.After();

        Assert.Equal(0, allocated);
    }

    [Fact]
    public void WarmUp_SlowEngine_IsNotRepeated()
    {
        var engine = new ScriptedEngine(_clock, ms: 12_000);
        using var measured = new MeasuredCase(ScriptedEngine.WorkOf(engine) with { FirstMs = 12_000 }, _clock, new ScriptedCounters(_clock));

        measured.WarmUp();
        measured.Measure(untimedRuns: 5);

        Assert.Equal(2, engine.Runs); // the first and the timed one
        Assert.False(measured.Known.WarmUp!.Steady);
    }

    MeasuredCase Create(ScriptedEngine engine) => new(ScriptedEngine.WorkOf(engine), _clock, new ScriptedCounters(_clock));
}
