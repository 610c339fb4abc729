namespace DetrPerfLab.Tests.Measure;

public class ContaminationWatchTests
{
    static readonly CounterReading s_start = new(100, CoreSeconds: 1000, IdleSeconds: 400, StealSeconds: 10, OwnSeconds: 50, InvoluntarySwitches: 500, YardstickMs: 1);

    [Fact]
    public void Judge_OnlyOurOwnWork_IsClean()
    {
        // 10 s on 2 cores: we used 15 of the 20 core seconds, the rest was idle.
        var info = Judge(s_start with { Seconds = 110, CoreSeconds = 1020, IdleSeconds = 405, OwnSeconds = 65, InvoluntarySwitches = 520 });

        Assert.Equal(ContaminationVerdict.Clean, info.Verdict);
        Assert.Empty(info.Reasons);
        Assert.Equal((10, 0, 0, 2, 0), (info.Seconds, info.StealShare, info.OthersShare, info.InvoluntarySwitchesPerSecond, info.SpeedChange));
    }

    [Fact]
    public void Judge_ANeighbourOnTheMachine_IsContaminatedWithItsFigure()
    {
        var info = Judge(s_start with { Seconds = 110, CoreSeconds = 1020, OwnSeconds = 60 }); // 10 of 20 core seconds went to others

        Assert.Equal(ContaminationVerdict.Contaminated, info.Verdict);
        Assert.Equal(["other processes 50.0 %, limit 10.0 %"], info.Reasons);
        Assert.Equal(0.5, info.OthersShare!.Value, 1e-12);
    }

    [Fact]
    public void Judge_StealTime_IsNotBlamedOnOtherProcesses()
    {
        var info = Judge(s_start with { Seconds = 110, CoreSeconds = 1020, StealSeconds = 10.4, IdleSeconds = 405, OwnSeconds = 64.6 });

        Assert.Equal(ContaminationVerdict.Noisy, info.Verdict);
        Assert.Equal(["steal time 2.0 %, limit 1.0 %"], info.Reasons);
    }

    [Fact]
    public void Judge_CoreSlowsDown_IsSeenInEitherDirection()
    {
        Assert.Equal(["change of the core's speed 20.0 %, limit 10.0 %"], Judge(Quiet() with { YardstickMs = 1.2 }).Reasons);
        Assert.Equal(0.25, Judge(Quiet() with { YardstickMs = 0.8 }).SpeedChange!.Value, 1e-12);
    }

    [Fact]
    public void Judge_SwitchesAmongOwnThreads_AreAFigureWithoutAVerdict()
    {
        // More threads than cores, and nobody else on the machine: they can only have lost their cores to each other.
        var info = Judge(Quiet() with { InvoluntarySwitches = 1_000_000 });

        Assert.Equal((ContaminationVerdict.Clean, 99_950), (info.Verdict, info.InvoluntarySwitchesPerSecond));
        Assert.Empty(info.Reasons);
    }

    [Theory]
    [InlineData(0, 0.4)] // steal, below its own limit on the machine of this test
    [InlineData(0.4, 0)] // other processes
    public void Judge_SwitchesThatOthersCanExplain_AreNoisyAtMost(double others, double steal)
    {
        var end = Quiet() with { InvoluntarySwitches = 1_000_000, OwnSeconds = 65 - others - steal, StealSeconds = 10 + steal };
        var info = ContaminationWatch.Judge(s_start, end, ContaminationLimits.Quiet with { StealShare = new(0.03, 0.1) });

        Assert.Equal(ContaminationVerdict.Noisy, info.Verdict);
        Assert.Equal(["others took 2.0 % of the cores and involuntary switches a second are 99950, limit 100"], info.Reasons);
    }

    [Fact]
    public void Judge_CountersAbsent_SaysNothingOfThem()
    {
        var start = new CounterReading(0, null, null, null, 1, null, 1);
        var info = ContaminationWatch.Judge(start, start with { Seconds = 10 }, ContaminationLimits.Quiet);

        Assert.Equal(ContaminationVerdict.Clean, info.Verdict);
        Assert.Null(info.StealShare);
        Assert.Null(info.OthersShare);
        Assert.Null(info.InvoluntarySwitchesPerSecond);
    }

    [Fact]
    public void JudgeTurns_ManyShortTurns_AreCountedTogether()
    {
        // Ticks of 10 ms: single turns show nothing or everything, their sum shows the truth.
        var turns = Enumerable.Range(0, 40).Select(i => new CounterReading(
            0.1, CoreSeconds: 0.2, IdleSeconds: 0, StealSeconds: 0, OwnSeconds: i % 4 == 0 ? 0 : 0.2, InvoluntarySwitches: 1, YardstickMs: i % 10 == 0 ? 3 : 1)).ToList();

        var info = ContaminationWatch.JudgeTurns(turns, ContaminationLimits.Quiet);

        Assert.Equal(4, info.Seconds!.Value, 1e-9);
        Assert.Equal(0.25, info.OthersShare!.Value, 1e-9);
        Assert.Equal(10, info.InvoluntarySwitchesPerSecond!.Value, 1e-9);
        Assert.Equal(0, info.SpeedChange!.Value, 1e-12); // a tenth of the readings is off, as it is among many
        Assert.Equal(["other processes 25.0 %, limit 10.0 %"], info.Reasons);
    }

    [Fact]
    public void JudgeTurns_CoreSlowForHalfOfTheTime_IsSeen()
    {
        var turns = Enumerable.Range(0, 20).Select(i => new CounterReading(0.1, 0.2, 0, 0, 0.2, 0, YardstickMs: i < 10 ? 1 : 1.3)).ToList();
        Assert.Equal(ContaminationVerdict.Contaminated, ContaminationWatch.JudgeTurns(turns, ContaminationLimits.Quiet).Verdict);
    }

    [Fact]
    public void FromIdle_IdleNoise_RaisesTheLimitsButNotWithoutBound()
    {
        var idle = new ContaminationInfo(ContaminationVerdict.Noisy, []) { StealShare = 0.02, OthersShare = 0.9 };
        var limits = ContaminationLimits.FromIdle(idle, new(ContaminationVerdict.Clean, []) { InvoluntarySwitchesPerSecond = 1e6 });

        Assert.Equal(0.03, limits.StealShare.Noisy, 1e-12);
        Assert.Equal(0.06, limits.OthersShare.Noisy, 1e-12); // a busy machine may not call its noise normal
        Assert.Equal(0.04, limits.OthersThatSwitch, 1e-12);
        Assert.Equal(500, limits.InvoluntarySwitchesPerSecond.Noisy, 1e-12);
        Assert.Equal(ContaminationLimits.Quiet.SpeedChange, limits.SpeedChange);
    }

    [Fact]
    public void MeasureLimits_ScriptedMachine_TakesSharesFromTheIdleHalfAndSwitchesFromTheBusyOne()
    {
        // Idle for 1 s on 2 cores: others 0.04, steal 0.01 of 2 core seconds, the yardstick 2 % slower at the end. Busy for 1 s: 80 switches; its shares do not matter.
        var source = new Script(
            new CounterReading(0, 0, 0, 0, 0, 7, 1), new CounterReading(1, 2, 1.93, 0.01, 0.02, 9, 1.02),
            new CounterReading(5, 10, 5, 1, 1, 100, 1), new CounterReading(6, 12, 5, 2, 1, 180, 2));

        var limits = ContaminationWatch.MeasureLimits(milliseconds: 1, source);

        Assert.Equal(4, source.Reads);
        Assert.Equal(0.015, limits.StealShare.Noisy, 1e-9);
        Assert.Equal(0.05, limits.OthersShare.Noisy, 1e-9);
        Assert.Equal(0.05, limits.SpeedChange.Noisy, 1e-9);
        Assert.Equal(180, limits.InvoluntarySwitchesPerSecond.Noisy, 1e-9);
        Assert.Equal(0.035, limits.OthersThatSwitch, 1e-9);
    }

    [Fact]
    public void MeasureLimits_ThisMachine_ReadsAroundThreadsThatKeepTheCoresBusy()
    {
        var source = new Recorder();
        ContaminationWatch.MeasureLimits(milliseconds: 100, source);

        // Asleep we took next to nothing beyond the yardstick; busy, at least what one thread can get within the time.
        var (idle, busy) = (source.Readings[1].Since(source.Readings[0]), source.Readings[3].Since(source.Readings[2]));
        Assert.True(busy.OwnSeconds > idle.OwnSeconds, $"{busy.OwnSeconds} s busy, {idle.OwnSeconds} s idle");
    }

    [Fact]
    public void JudgeTurns_Frequency_IsTheMedianOfThoseThatAreTold()
    {
        static CounterReading Turn(double? mhz) => new(0.1, 0.2, 0, 0, 0.2, 0, 1, mhz);

        Assert.Equal(3000, ContaminationWatch.JudgeTurns([Turn(2000), Turn(3000), Turn(3100), Turn(null)], ContaminationLimits.Quiet).FrequencyMhz);
        Assert.Null(ContaminationWatch.JudgeTurns([Turn(null)], ContaminationLimits.Quiet).FrequencyMhz);
    }

    [Fact]
    public void Start_ScriptedSource_IsReadAtBothEndsOnly()
    {
        var source = new Script(s_start, Quiet());
        var watch = ContaminationWatch.Start(source);
        Assert.Equal(1, source.Reads);
        Assert.Equal(ContaminationVerdict.Clean, watch.Stop(ContaminationLimits.Quiet).Verdict);
        Assert.Equal(2, source.Reads);
    }

    [Fact]
    public void ReadCores_ProcStat_CountsAllowedCoresOnly()
    {
        using var root = new TempFolder();
        AtomicFile.WriteText(root.File("proc/stat"), """
            cpu  1000 0 0 0 0 0 0 0 0 0
            cpu0 100 10 20 300 40 5 6 19 50 0
            cpu1 9999 0 0 0 0 0 0 0 0 0
            cpu2 100 0 0 100 0 0 0 0 0 0
            intr 5
            """);
        AtomicFile.WriteText(root.File("proc/self/status"), "Cpus_allowed_list:\t0,2\n");

        var (total, idle, steal) = SystemCounters.ReadCores(root.Path); // guest time (50) is part of user time

        Assert.Equal((7.0, 4.4, 0.19), (total, idle, steal));
        Assert.Equal(default, SystemCounters.ReadCores(root.File("absent")));
    }

    [Fact]
    public void Read_ThisMachine_OnlyRises()
    {
        var source = new SystemCounters();
        var first = source.Read();
        var second = source.Read();

        Assert.True(second.Seconds > first.Seconds);
        Assert.True(second.OwnSeconds > first.OwnSeconds); // the yardstick itself takes time
        Assert.True(second.InvoluntarySwitches is null || second.InvoluntarySwitches >= first.InvoluntarySwitches);
        Assert.True(second.CoreSeconds is null || second.CoreSeconds >= first.CoreSeconds);
        Assert.True(first.YardstickMs > 0);
    }

    static CounterReading Quiet() => s_start with { Seconds = 110, CoreSeconds = 1020, IdleSeconds = 405, OwnSeconds = 65 };

    static ContaminationInfo Judge(CounterReading end) => ContaminationWatch.Judge(s_start, end, ContaminationLimits.Quiet);

    sealed class Recorder : ICounterSource
    {
        readonly SystemCounters _machine = new();

        public List<CounterReading> Readings { get; } = [];

        public CounterReading Read()
        {
            Readings.Add(_machine.Read());
            return Readings[^1];
        }
    }

    sealed class Script(params CounterReading[] readings) : ICounterSource
    {
        public int Reads { get; private set; }

        public CounterReading Read() => readings[Reads++];
    }
}
