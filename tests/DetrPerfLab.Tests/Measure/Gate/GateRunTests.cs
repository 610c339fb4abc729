namespace DetrPerfLab.Tests.Measure;

public sealed class GateRunTests : IDisposable
{
    static readonly CounterReading s_quiet = new(0, 0, 0, 0, 0, 0, 1);

    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Run_TwoCases_TakeTurnsAndEachGetsItsVerdict()
    {
        var units = new Dictionary<string, IGateUnits> { ["slow"] = new Script(0.08), ["same"] = new Script(0) };
        using var journal = Open();
        var cases = Run(journal).Run(units, TimeSpan.FromMinutes(10));
        Assert.Equal([GateVerdict.Slower, GateVerdict.Same], cases.Select(c => c.Verdict));
        Assert.Equal(["slow", "same", "slow", "same"], journal.Entries.Select(e => e.Block?.Case).OfType<string>().Take(4));
    }

    [Fact]
    public void Run_KilledAndContinued_MeasuresOnlyWhatIsLeft()
    {
        var (first, second) = (new Script(0.08) { DiesAfter = 30 }, new Script(0.08));
        using (var journal = Open())
        {
            Assert.Throws<OperationCanceledException>(() => Run(journal).Run(Units(first), TimeSpan.FromMinutes(10)));
        }

        using var again = Open();
        var kept = again.Entries.Count(e => e.Block is not null);
        var found = Run(again).Run(Units(second), TimeSpan.FromMinutes(10))[0];

        Assert.Equal(4, kept); // 30 units: 3 to find the plan, 4 blocks, 3 of the fifth, which is measured anew
        Assert.Equal((GateVerdict.Slower, 16), (found.Verdict!.Value, found.Blocks.Count));
        Assert.Equal((16 - kept) * 6, second.Units);
    }

    [Fact]
    public void Run_TimeIsOver_UndecidedWithItsReason()
    {
        var clock = new SteppingClock();
        using var journal = Open();
        var found = Run(journal, clock: clock).Run(Units(new Script(0.04, noise: 0.15) { OnUnit = () => clock.Advance(TimeSpan.FromSeconds(1)) }), TimeSpan.FromMinutes(2))[0];
        Assert.Equal(GateVerdict.Undecided, found.Verdict);
        Assert.Contains("give more with --minutes", found.Reason);
        Assert.InRange(found.Blocks.Count, 8, 22);
    }

    [Fact]
    public void Run_BusyMachine_NoVerdictAndNoAlarm()
    {
        using var journal = Open();
        var clock = new SteppingClock();
        var busy = new Counters(othersShare: 0.5);
        var found = Run(journal, busy, clock).Run(Units(new Script(0.5) { OnUnit = () => clock.Advance(TimeSpan.FromSeconds(5)) }), TimeSpan.FromMinutes(5))[0];
        Assert.Equal(GateVerdict.Undecided, found.Verdict);
        Assert.Contains("the machine was busy with something else in", found.Reason);
        Assert.Contains("other processes 50.0 %", found.Reason);
    }

    [Fact]
    public void FigureOf_Units_IsTheMedianOfTheArm()
    {
        using var journal = Open();
        var run = Run(journal);
        run.Run(Units(new Script(0)), TimeSpan.FromMinutes(1));
        Assert.Equal((100, 200), (run.FigureOf("c", GateArm.Base, "bytes"), run.FigureOf("c", GateArm.Head, "bytes")));
        Assert.Null(run.FigureOf("c", GateArm.Base, "other"));
    }

    Journal<GateEntry> Open() => new(_folder.Path, "gate", "key", entry => entry.IsOf(["c", "slow", "same"]));

    static Dictionary<string, IGateUnits> Units(IGateUnits one) => new() { ["c"] = one };

    static GateRun Run(Journal<GateEntry> journal, ICounterSource? counters = null, TimeProvider? clock = null) => new(new(), 1, journal, ContaminationLimits.Quiet, counters ?? new Counters(0), clock);

    sealed class Script(double slower, double noise = 0.001) : IGateUnits
    {
        readonly DeterministicRandom _random = new(9);

        internal int Units { get; private set; }
        internal int DiesAfter { get; init; } = int.MaxValue;
        internal Action OnUnit { get; init; } = () => { };

        public UnitReading Run(GateArm arm, UnitPlan plan, CancellationToken cancellation)
        {
            if (Units >= DiesAfter) { throw new OperationCanceledException(); }
            Units++;
            OnUnit();
            var ms = 10 * (arm == GateArm.Head ? 1 + slower : 1) * (1 + (noise * (_random.NextDouble() - 0.5)));
            return new([ms, ms, ms], new Dictionary<string, double> { ["bytes"] = arm == GateArm.Head ? 200 : 100 });
        }
    }

    sealed class Counters(double othersShare) : ICounterSource
    {
        int _reads;

        // A second of two cores between any two readings, of which others have their share and nobody the rest.
        public CounterReading Read()
        {
            var t = _reads++;
            return s_quiet with { Seconds = t, CoreSeconds = 2 * t, IdleSeconds = 2 * t * (1 - othersShare) };
        }
    }

    sealed class SteppingClock : TimeProvider
    {
        long _ticks;

        internal void Advance(TimeSpan by) => _ticks += by.Ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;
    }
}
