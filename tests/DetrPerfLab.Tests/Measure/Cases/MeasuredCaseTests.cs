using Microsoft.Extensions.Time.Testing;

namespace DetrPerfLab.Tests.Measure;

[Collection(nameof(Alone))]
public class MeasuredCaseTests
{
    // The fake clock counts steps of 100 ns; the product with the tick's length rounds once.
    const double Rounding = 1e-9;

    readonly FakeTimeProvider _clock = new();

    [Fact]
    public void WarmUp_AuditedOperation_IsNeitherAuditedNorASample()
    {
        var subject = new ScriptedSubject(_clock);
        var measured = Create(subject);

        measured.WarmUp();

        Assert.True(measured.Known.WarmUp is { Steady: true, Operations: > 0 });
        Assert.Equal((0, 0.0), (subject.Watched, measured.SampledMs));
        Take(measured, 10);
        Assert.Equal(1000, measured.SampledMs, Rounding * 10);
        Assert.Equal(4, subject.Watched); // of ten samples at one in five
    }

    [Fact]
    public void Conclude_AuditedSamples_AreCounted()
    {
        var subject = new ScriptedSubject(_clock);
        var measured = Create(subject);
        measured.WarmUp();
        Take(measured, 15);

        var before = subject.Brackets;
        var found = measured.Conclude(ContaminationLimits.Quiet);

        // What a watched run keeps must be gone before the memory pass.
        Assert.Equal((before.Prepared + 2, before.Finished + 2), subject.Brackets);
        Assert.Equal((3, 3, 3), (found.Audit!.Checks, found.Audit.BitwiseEqual, found.Audit.FreshInputs));
        Assert.Equal((true, 2), (found.Audit.CachingExcluded, found.Audit.Replayed));
        Assert.Equal(15, found.Gc!.Operations);
    }

    [Fact]
    public void After_WrongOutputs_ThrowsSoThatTheCaseBecomesAGap()
    {
        var measured = Create(new ScriptedSubject(_clock) { WrongFrom = 12 });
        measured.WarmUp();

        var mistake = Assert.Throws<LabException>(() => Take(measured, 50));

        Assert.Equal(ExitCode.CheckFailed, mistake.ExitCode);
        Assert.Contains("away from the reference", mistake.Message);
    }

    [Fact]
    public void Conclude_ANeighbour_IsContaminated()
    {
        var measured = Create(new ScriptedSubject(_clock), othersShare: 0.4);
        Take(measured, 1);

        var contamination = measured.Conclude(ContaminationLimits.Quiet).Contamination!;

        Assert.Equal(ContaminationVerdict.Contaminated, contamination.Verdict);
        Assert.Equal(0.4, contamination.OthersShare!.Value, 1e-9);
    }

    [Fact]
    public void Conclude_SamplesShorterThanTheSystemsTicks_AreJudgedFromTheFirstToTheLast()
    {
        var measured = Plain(new ScriptedOperation(_clock, _ => 1), 1, new ScriptedCounters(_clock));
        for (var i = 0; i < 10; i++)
        {
            measured.Measure();
            _clock.Advance(9);
        }

        Assert.Equal(0.091, measured.Conclude(ContaminationLimits.Quiet).Contamination!.Seconds!.Value, Rounding);
    }

    [Fact]
    public void Conclude_CoreSlowForHalfOfTheSamples_IsSeenAndASingleReadingIsNot()
    {
        Assert.Equal(ContaminationVerdict.Clean, Verdict(i => i == 19 ? 3 : 1)); // the last reading alone
        Assert.Equal(ContaminationVerdict.Contaminated, Verdict(i => i < 10 ? 1 : 1.3));

        ContaminationVerdict Verdict(Func<int, double> yardstick)
        {
            var counters = new ScriptedCounters(_clock);
            var measured = Plain(new ScriptedOperation(_clock, _ => 100), 100, counters);
            for (var i = 0; i < 20; i++)
            {
                counters.YardstickMs = yardstick(i);
                measured.Measure();
            }

            return measured.Conclude(ContaminationLimits.Quiet).Contamination!.Verdict;
        }
    }

    [Fact]
    public void Measure_OperationThatCollects_CountsCollectionsOfTheSamplesOnly()
    {
        var measured = new MeasuredCase(new(new ActionOperation(() => GC.Collect(2, GCCollectionMode.Forced, blocking: true)), RunResult.Unfiled("collects")));
        measured.Measure(untimedRuns: 3);
        measured.Measure();

        var gc = measured.Conclude(ContaminationLimits.Quiet).Gc!;

        Assert.InRange(gc.Gen2, 2, 4); // one a sample, and whatever else the process did in them
        Assert.True(gc.MaxPauseMs > 0 && gc.MaxPauseMs <= gc.TotalPauseMs);
    }

    [Fact]
    public void MeasureOwnCost_ThePathOfItsSamples_IsFarBelowAnInference()
    {
        var measured = Create(new ScriptedSubject(_clock));
        var cost = measured.MeasureOwnCost();
        Assert.InRange(cost.MedianUs, 0, 2); // the promise; the median of 2,001 does not see a preemption
        Assert.True(cost.ClockStepUs > 0);
    }

    MeasuredCase Plain(IOperation operation, double firstMs, ICounterSource counters) => new(new(operation, RunResult.Unfiled("plain")) { FirstMs = firstMs }, _clock, counters);

    static void Take(MeasuredCase measured, int samples)
    {
        for (var i = 0; i < samples; i++) { measured.Measure(); }
    }

    MeasuredCase Create(ScriptedSubject subject, double othersShare = 0)
    {
        subject.Run();
        var accepted = new TensorSet(subject.Outputs).Copy();
        var audited = new AuditedOperation(subject, accepted, new() { MaxAbs = new Dictionary<string, double> { ["y"] = 1e-4 } });
        return new(new(subject, RunResult.Unfiled("scripted")) { Audited = audited, FirstMs = 100 }, _clock, new ScriptedCounters(_clock, othersShare));
    }

    /// <summary>Gives its input plus one.</summary>
    sealed class ScriptedSubject(FakeTimeProvider clock) : IAuditSubject
    {
        readonly HostTensor _y = new("y", ElementType.Float32, 1);
        int _input, _runs;

        public int Watched { get; private set; }

        /// <summary>Runs that were made ready, and those that were told of their end.</summary>
        public (int Prepared, int Finished) Brackets { get; private set; }

        public int WrongFrom { get; init; } = int.MaxValue;

        public string Name => "scripted";

        public IReadOnlyList<HostTensor> Outputs => [_y];

        public void Freshen(int index) => _input = index + 1;

        public void Restore(int index) => _input = 0;

        public void Watch() => Watched++;

        public void Prepare() => Brackets = Brackets with { Prepared = Brackets.Prepared + 1 };

        public void Finish(double ms) => Brackets = Brackets with { Finished = Brackets.Finished + 1 };

        public void Run()
        {
            clock.Advance(100);
            _y.Floats[0] = _input + 1 + (_runs++ >= WrongFrom ? 0.5f : 0);
        }
    }
}
