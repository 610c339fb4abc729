using Microsoft.Extensions.Time.Testing;

namespace DetrPerfLab.Tests.Measure;

public sealed class BenchRunTests : IDisposable
{
    const int Rounds = 8;
    const ulong Seed = 5;

    readonly TempFolder _folder = new();
    readonly FakeTimeProvider _clock = new();
    readonly List<string> _log = [];
    readonly List<string> _said = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Run_ThreeVariants_OpensThenTakesTurnsThenMeasuresMemory()
    {
        var outcomes = Run(Open(), A(), B(), C());

        Assert.Equal(["open a", "open b", "open c", .. Orders(0), "memory a", "memory b", "memory c"], _log);
        Assert.Equal([.. Enumerable.Repeat(200.0, Rounds)], outcomes[1].SamplesMs);
        Assert.All(outcomes, o => Assert.NotNull(o.Artefact));
        Assert.All(outcomes, o => Assert.Null(o.Gap));
        Assert.Equal(new AuditInfo(3, 3, 2, 1) { CachingExcluded = false, Seed = Seed, Replayed = 2, Response = 0.9 }, outcomes[0].Audit);
        Assert.Equal(new GcInfo { Gen0 = Rounds, Gen1 = Rounds, Gen2 = Rounds, TotalPauseMs = 36, MaxPauseMs = 8, Operations = Rounds }, outcomes[0].Gc);
        Assert.Equal(ContaminationVerdict.Clean, outcomes[0].Contamination!.Verdict);

        var result = outcomes[2];
        Assert.Equal(["a", "b", "c"], result.Interleaving!.Variants);
        Assert.Equal(Enumerable.Range(0, Rounds).Select(r => Array.IndexOf(BenchRun.OrderOf(Seed, r, 3), 2)), result.Interleaving.Places);
        Assert.Equal(1 << 20, result.Memory!.PeakRssBytes);
    }

    [Fact]
    public void Run_InterruptedAndContinued_IsTheRunThatWasNotInterrupted()
    {
        using var stop = new CancellationTokenSource();
        // The third variant's fourth turn: a round is under way.
        var interrupting = new ScriptedCase("c", _clock, 300, _log)
        {
            OnTurn = turn =>
            {
                if (turn != 3) { return; }
                stop.Cancel();
                stop.Token.ThrowIfCancellationRequested();
            },
        };
        Assert.Throws<OperationCanceledException>(() => Run(Open(), stop.Token, A(), B(), interrupting));
        _log.Clear();

        var journal = Open();
        Assert.Equal(3, journal.CompleteRounds);
        Assert.Contains("after round 3 of 8", Assert.Single(_said));
        var outcomes = Run(journal, A(), B(), C());

        Assert.Equal(["open a", "open b", "open c", .. Orders(3), "memory a", "memory b", "memory c"], _log);
        Assert.All(outcomes, o => Assert.Equal(Rounds, o.SamplesMs.Count));
        Assert.Equal(Rounds, outcomes[0].Interleaving!.Places.Count);
    }

    [Fact]
    public void Run_InterruptedAfterTheLastRound_OnlyMeasuresMemory()
    {
        using var stop = new CancellationTokenSource();
        var (a, b) = (A(), B());
        var journal = Open("a", "b");
        Assert.Throws<OperationCanceledException>(() => new BenchRun(journal, ContaminationLimits.Quiet, null, _clock).Run(
            [a, b],
            progress =>
            {
                if (progress.Rows.Any(r => r.State == BenchState.MeasuringMemory)) { stop.Cancel(); stop.Token.ThrowIfCancellationRequested(); }
            },
            stop.Token));
        _log.Clear();

        var outcomes = Run(Open("a", "b"), A(), B());

        Assert.Equal(["open a", "open b", "memory a", "memory b"], _log);
        Assert.Equal(Rounds, outcomes[0].SamplesMs.Count);
    }

    [Fact]
    public void Run_VariantThatFailsInTheMiddle_IsAGapAndTheOthersGoOn()
    {
        var failing = new ScriptedCase("b", _clock, 1, _log) { OnTurn = turn => _ = turn < 2 ? 0 : throw LabError.CheckFailed("the engine reuses results") };

        var outcomes = Run(Open(), A(), failing, C());

        Assert.Empty(outcomes[1].SamplesMs);
        Assert.False(outcomes[1].GapIsLack);
        Assert.Contains("reuses results", outcomes[1].Gap);
        Assert.Null(outcomes[1].Interleaving);
        Assert.Equal(Rounds, outcomes[0].SamplesMs.Count);
        Assert.Equal(Rounds, outcomes[2].SamplesMs.Count);
        Assert.DoesNotContain("memory b", _log);
    }

    [Fact]
    public void Run_MemoryPassThatFails_KeepsTheSamplesAndACutOffRunTriesItAgain()
    {
        var failing = new ScriptedCase("b", _clock, 200, _log) { OnMemory = () => throw new OutOfMemoryException("no room") };

        var outcomes = Run(Open(), A(), failing, C());

        Assert.Null(outcomes[1].Gap);
        Assert.Equal(Rounds, outcomes[1].SamplesMs.Count);
        Assert.Null(outcomes[1].Memory);
        Assert.Equal("not measured: memory ran out", Assert.Single(outcomes[1].Findings).Text);
        Assert.NotNull(outcomes[1].Interleaving);
        Assert.NotNull(outcomes[2].Memory); // the others go on

        _log.Clear();
        Assert.NotNull(Run(Open(), A(), B(), C())[1].Memory);
        Assert.Equal(["open a", "open b", "open c", "memory a", "memory b", "memory c"], _log);
    }

    [Fact]
    public void Run_ReplayThatIsRefused_TakesTheSamplesOfThatVariantOnly()
    {
        var refused = new ScriptedCase("b", _clock, 200, _log) { Ended = new() { AuditFailure = "its outputs are chance" } };

        var outcomes = Run(Open(), A(), refused, C());

        Assert.Equal(("its outputs are chance", false), (outcomes[1].Gap, outcomes[1].GapIsLack));
        Assert.Empty(outcomes[1].SamplesMs);
        Assert.Equal(Rounds, outcomes[2].SamplesMs.Count);
    }

    [Fact]
    public void Run_VariantThatTheMachineLacks_KeepsItsExitCodeAndThePlacesOfTheOthers()
    {
        var lacking = new ScriptedCase("b", _clock, 1, _log) { OnOpen = () => throw LabError.Missing("needs a checkpoint") };

        var outcomes = Run(Open(), A(), lacking, C());

        Assert.True(outcomes[1].GapIsLack);
        Assert.Equal(Orders(0).Where(v => v != "b"), _log.Where(v => v.Length == 1));
        Assert.Equal(Rounds, outcomes[0].SamplesMs.Count);
    }

    [Fact]
    public void Run_EngineThatCaches_IsAGapAtTheEnd()
    {
        var caching = new CachingCase(_clock, _log);

        var outcome = Run(Open("caching"), caching)[0];

        Assert.Contains("caches", outcome.Gap);
        Assert.Empty(outcome.SamplesMs);
    }

    [Fact]
    public void Run_NeighbourDuringOneVariantsTurns_IsThatVariantsContamination()
    {
        var disturbed = new ScriptedCase("b", _clock, 200, _log) { OthersShare = 0.5 };

        var outcomes = Run(Open(), A(), disturbed, C());

        Assert.Equal(
            [ContaminationVerdict.Clean, ContaminationVerdict.Contaminated, ContaminationVerdict.Clean], outcomes.Select(o => o.Contamination!.Verdict));
        Assert.Equal(["other processes 50.0 %, limit 10.0 %"], outcomes[1].Contamination!.Reasons);
    }

    [Fact]
    public void Run_NeighbourThatLeaves_IsMeasuredAgainByAllAndTheCleanPassKept()
    {
        var disturbed = new ScriptedCase("b", _clock, 200, _log) { OthersIn = turn => turn < Rounds ? 0.5 : 0, Ms = () => _log.Count(l => l == "b") < Rounds ? 400 : 200 };
        var run = Again(Open());

        var outcomes = run.Run([A(), disturbed, C()]);

        Assert.Equal(["open a", "open b", "open c", .. Orders(0, 2 * Rounds), "memory a", "memory b", "memory c"], _log);
        Assert.Equal(Enumerable.Repeat(200.0, Rounds), outcomes[1].SamplesMs);
        Assert.All(outcomes, o => Assert.Equal((ContaminationVerdict.Clean, Rounds), (o.Contamination!.Verdict, o.RoundsMs.Count)));
        Assert.Equal(Enumerable.Range(Rounds, Rounds).Select(r => Array.IndexOf(BenchRun.OrderOf(Seed, r, 3), 2)), outcomes[2].Interleaving!.Places);
        Assert.Equal("Contaminated: b (other processes 50.0 %, limit 10.0 %): all variants were measured again, once; measurement 2 is kept, in which none is contaminated.", run.Repetition);
    }

    [Fact]
    public void Run_NeighbourThatStays_IsMeasuredTwiceMoreAndTheCleanestPassKept()
    {
        var (disturbed, sometimes) = (new ScriptedCase("b", _clock, 200, _log) { OthersShare = 0.5 }, new ScriptedCase("c", _clock, 300, _log) { OthersIn = turn => turn < Rounds ? 0.5 : 0 });
        var run = Again(Open());

        var outcomes = run.Run([A(), disturbed, sometimes]);

        Assert.Equal(3 * Rounds, _log.Count(l => l == "a"));
        Assert.Equal([ContaminationVerdict.Clean, ContaminationVerdict.Contaminated, ContaminationVerdict.Clean], outcomes.Select(o => o.Contamination!.Verdict));
        Assert.EndsWith("again, twice; measurement 2 is kept, the cleanest; still contaminated: b.", run.Repetition);
    }

    [Fact]
    public void Run_InterruptedBeforeItMeasuresAgain_StillDoes()
    {
        Run(Open(), A(), new ScriptedCase("b", _clock, 200, _log) { OthersShare = 0.5 }, C()); // to the end of its rounds
        _log.Clear();

        var outcomes = Again(Open()).Run([A(), B(), C()]);

        Assert.Equal(["open a", "open b", "open c", .. Orders(Rounds, 2 * Rounds), "memory a", "memory b", "memory c"], _log);
        Assert.All(outcomes, o => Assert.Equal(ContaminationVerdict.Clean, o.Contamination!.Verdict));
    }

    [Fact]
    public void Run_InterruptedWhileMeasuredAgain_GoesOnThere()
    {
        using var stop = new CancellationTokenSource();
        ScriptedCase Disturbed(Action<int> onTurn, int from) => new("b", _clock, 200, _log) { OthersIn = turn => turn < from ? 0.5 : 0, OnTurn = onTurn };
        Assert.Throws<OperationCanceledException>(() => Again(Open()).Run([A(), Disturbed(turn => { if (turn == Rounds + 2) { stop.Cancel(); stop.Token.ThrowIfCancellationRequested(); } }, Rounds), C()], null, stop.Token));
        _log.Clear();

        var outcomes = Again(Open()).Run([A(), Disturbed(_ => { }, 0), C()]);

        Assert.Contains("after round 10 of 16", Assert.Single(_said));
        Assert.Equal(["open a", "open b", "open c", .. Orders(Rounds + 2, 2 * Rounds), "memory a", "memory b", "memory c"], _log);
        Assert.All(outcomes, o => Assert.Equal(ContaminationVerdict.Clean, o.Contamination!.Verdict));
    }

    [Fact]
    public void Run_Progress_TellsTheTimeThatIsLeft()
    {
        var shown = new List<(double Now, BenchProgress Progress)>();
        new BenchRun(Open(), ContaminationLimits.Quiet, null, _clock).Run([A(), B(), C()], p => shown.Add((_clock.ElapsedMs(), p)));
        var end = _clock.ElapsedMs();

        Assert.Null(shown[0].Progress.Left); // nothing is warm
        Assert.Equal(Rounds, shown[^1].Progress.Round);
        // With constant times the forecast is exact as soon as all are warm, but for the turn or pass that is under way.
        foreach (var (now, progress) in shown.Where(s => s.Progress.Left is not null))
        {
            Assert.InRange(progress.Left!.Value.TotalMilliseconds, end - now - 1, end - now + 1);
        }
    }

    [Fact]
    public void OrderOf_ManyRounds_GivesEveryVariantEveryPlaceEquallyOften()
    {
        var counts = new int[4];
        for (var round = 0; round < 4000; round++) { counts[Array.IndexOf(BenchRun.OrderOf(1, round, 4), 2)]++; }

        // Chi-squared with 3 degrees of freedom exceeds 16.3 once in 1,000 seeds.
        Assert.True(counts.Sum(c => (c - 1000.0) * (c - 1000.0) / 1000) < 16.3);
    }

    [Fact]
    public void Run_MachineSlowsForAWhile_LeavesTheRatioAlone()
    {
        // A neighbour doubles all times in half of the rounds: the samples spread, the paired ratio does not.
        double Disturbed(double ms) => _clock.ElapsedMs() % 20_000 < 10_000 ? 2 * ms : ms;
        ScriptedCase slow = new("a", _clock, 300, _log) { Ms = () => Disturbed(300) }, fast = new("b", _clock, 150, _log) { Ms = () => Disturbed(150) };
        using var journal = BenchJournal.Open(_folder.Path, BenchJournalTests.Key(200, Seed, "a", "b"), restart: false, _said.Add);

        var results = Run(journal, slow, fast);

        Assert.True(results[0].SamplesMs.Max() > 1.9 * results[0].SamplesMs.Min());
        Assert.InRange(Bootstrap.RatioOfMedians([.. results[0].SamplesMs], [.. results[1].SamplesMs], paired: true)!.Value.Value, 1.9, 2.1);
    }

    [Fact]
    public void Run_SeveralOperationsATurn_AllAreSamplesAndRoundsArePaired()
    {
        var short1 = new ScriptedCase("a", _clock, 10, _log) { MoreMs = [12, 14] };
        using var journal = BenchJournal.Open(_folder.Path, BenchJournalTests.Key(Rounds, Seed, "a", "b"), restart: false, _said.Add);
        var b = B();

        var results = Run(journal, short1, b);

        Assert.Equal(3 * Rounds, results[0].SamplesMs.Count);
        Assert.Equal([10, 12, 14, 10], results[0].SamplesMs.Take(4));
        Assert.Equal(Enumerable.Repeat(12.0, Rounds), results[0].RoundsMs);
        Assert.Equal(Rounds, results[1].RoundsMs.Count);
        Assert.Equal((Rounds, Rounds), (short1.Rested, b.Rested)); // asleep while the other has its turn
        Assert.Equal(12, SampleSummary.Of(results[0])!.Median);
    }

    ScriptedCase A() => new("a", _clock, 100, _log);

    ScriptedCase B() => new("b", _clock, 200, _log);

    ScriptedCase C() => new("c", _clock, 300, _log);

    BenchJournal Open(params string[] variants)
    {
        var journal = BenchJournal.Open(_folder.Path, BenchJournalTests.Key(Rounds, Seed, variants.Length > 0 ? variants : ["a", "b", "c"]), restart: false, _said.Add);
        journal.Dispose(); // of two journals in one test, the first is that of a process that has ended
        return journal;
    }

    IReadOnlyList<RunResult> Run(BenchJournal journal, params IBenchCase[] cases) => Run(journal, CancellationToken.None, cases);

    IReadOnlyList<RunResult> Run(BenchJournal journal, CancellationToken stop, params IBenchCase[] cases) =>
        new BenchRun(journal, ContaminationLimits.Quiet, null, _clock).Run(cases, null, stop);

    static BenchRun Again(BenchJournal journal) => new(journal, ContaminationLimits.Quiet, null, new FakeTimeProvider()) { Repeats = 2 };

    static IEnumerable<string> Orders(int first, int end = Rounds) =>
        Enumerable.Range(first, end - first).SelectMany(r => BenchRun.OrderOf(Seed, r, 3)).Select(i => "abc"[i].ToString());

    /// <summary>Right outputs, but only inputs that are new are computed.</summary>
    sealed class CachingCase(FakeTimeProvider clock, List<string> log) : IBenchCase
    {
        readonly ScriptedCase _inner = new("caching", clock, 100, log);

        public string Variant => _inner.Variant;

        public RunResult Open(CancellationToken cancellation) => _inner.Open(cancellation);

        public Sample Sample(int untimedRuns, CancellationToken cancellation)
        {
            var sample = _inner.Sample(untimedRuns, cancellation);
            var fresh = _inner.Turns % 2 == 0;
            return sample with { Run = new(fresh ? 100 : 1, fresh, !fresh, !fresh) };
        }

        public void Rest() => _inner.Rest();

        public WorkerEnd End(CancellationToken cancellation) => _inner.End(cancellation);

        public void Dispose() => _inner.Dispose();
    }
}
