using Microsoft.Extensions.Time.Testing;

namespace DetrPerfLab.Tests.Measure;

[Collection(nameof(Alone))]
public class InferenceCaseTests
{
    // The fake clock counts steps of 100 ns; the product with the tick's length rounds once.
    const double Rounding = 1e-9;

    static readonly ArtefactInfo s_artefact = new("model", "00", 1);

    readonly FakeTimeProvider _clock = new();
    readonly List<string> _log = [];

    [Fact]
    public void Case_HonestEngine_GivesFactsSamplesAndMemory()
    {
        var engine = new ScriptedEngine(_clock);
        using (var inference = Create(engine))
        {
            var facts = inference.WarmUp();
            var turns = Enumerable.Range(0, 10).Select(_ => inference.Measured.Measure()).ToList();
            var found = inference.Measured.Conclude(ContaminationLimits.Quiet);
            var memory = inference.Measured.MeasureMemory();

            Assert.Equal(100, facts.Cold.FirstMs!.Value, Rounding);
            Assert.Equal(40, facts.Cold.LoadMs!.Value, Rounding);
            Assert.True(facts.Cold.ProcessToFirstMs > 0);
            Assert.Equal(["open", "prepare a photograph", "read detections"], _log);
            Assert.True(facts.WarmUp!.Steady);
            Assert.InRange(facts.HarnessCost!.MedianUs, 0, 2); // of the real clock
            Assert.All(turns, t => Assert.Equal(100, t.Run.Ms, Rounding));
            Assert.Equal((2, 2, 2, false), (found.Audit!.Checks, found.Audit.FreshInputs, found.Audit.Replayed, found.Audit.CachingExcluded));
            Assert.Equal(ContaminationVerdict.Clean, found.Contamination.Verdict);
            Assert.Equal(1, found.Contamination.Seconds!.Value, Rounding); // ten turns of 100 ms, and nothing between them
            Assert.NotNull(memory.SteadyRssBytes);
            Assert.Equal(10, found.Gc.Operations);
        }

        Assert.True(engine.Disposed);
    }

    [Fact]
    public void Measure_AsynchronousEngine_CountsTheWorkAndChecksWhatItWrote()
    {
        var engine = new ScriptedEngine(_clock, ms: 8, asynchronous: true);

        // Without Synchronize the clock shows the handover alone, and the outputs are still empty.
        var (inputs, outputs) = (Inputs(), TensorSet.AllocateOutputs(engine.Inputs, Inputs(), engine.Outputs));
        var start = _clock.GetTimestamp();
        engine.Run(inputs, outputs);
        Assert.Equal(0.5, _clock.GetElapsedTime(start).TotalMilliseconds, Rounding);
        Assert.Equal([0, 0], outputs["y"].Floats.ToArray());
        engine.Synchronize();

        using var inference = Create(engine);
        Assert.Equal(8.5, inference.Measured.FirstMs, Rounding);
        Assert.All(Enumerable.Range(0, 20).Select(_ => inference.Measured.Measure(untimedRuns: 1)), t => Assert.Equal(8.5, t.Run.Ms, Rounding));
    }

    [Fact]
    public void Constructor_WrongOutputs_RefusesAndLetsTheEngineGo()
    {
        var engine = new ScriptedEngine(_clock) { Work = (_, _, outputs) => outputs["y"].Floats.Fill(1) };

        var mistake = Assert.Throws<LabException>(() => Create(engine));

        Assert.Equal(ExitCode.CheckFailed, mistake.ExitCode);
        Assert.True(engine.Disposed);
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
        using var inference = Create(engine);

        var mistake = Assert.Throws<LabException>(() => Enumerable.Range(0, 50).Select(_ => inference.Measured.Measure()).ToList());

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
        using var inference = Create(engine);

        var mistake = Assert.Throws<LabException>(() => Enumerable.Range(0, 50).Select(_ => inference.Measured.Measure()).ToList());

        Assert.Contains("reuses results", mistake.Message);
    }

    [Fact]
    public void Run_WarmPath_AllocatesNothing()
    {
        using var inference = Create(new ScriptedEngine(_clock));
        inference.Measured.Measure();
        inference.Measured.Before();
        var before = GC.GetAllocatedBytesForCurrentThread();
        inference.Measured.Run();
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        inference.Measured.After();

        Assert.Equal(0, allocated);
    }

    [Fact]
    public void WarmUp_SlowEngine_IsNotRepeated()
    {
        var engine = new ScriptedEngine(_clock, ms: 12_000);
        using var inference = Create(engine);

        var facts = inference.WarmUp();
        inference.Measured.Measure(untimedRuns: 5);

        Assert.Equal(2, engine.Runs); // the first and the timed one
        Assert.False(facts.WarmUp!.Steady);
    }

    InferenceCase Create(ScriptedEngine engine) => new(
        new(
            "scripted",
            () =>
            {
                _log.Add("open");
                _clock.Advance(40);
                return (engine, s_artefact);
            },
            Inputs(),
            Check)
        {
            Audit = new() { MaxAbs = new Dictionary<string, double> { ["y"] = 1e-4 } },
            BeforeFirst = () => _log.Add("prepare a photograph"),
            AfterFirst = _ => _log.Add("read detections"),
        },
        _clock,
        new ScriptedCounters(_clock));

    static AgreementInfo Check(TensorSet outputs) => outputs["y"].Floats is [5, 6]
        ? new() { Reference = "arithmetic", LogitsMaxAbs = 0, BoxesMaxAbs = 0 }
        : throw LabError.CheckFailed("It differs from arithmetic. It gets no times.");

    static TensorSet Inputs()
    {
        var x = new HostTensor("x", ElementType.Float32, 2);
        (x.Floats[0], x.Floats[1]) = (2, 3);
        return new(x);
    }
}
