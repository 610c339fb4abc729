namespace DetrPerfLab.Measure;

/// <summary>
/// How everything is measured here, in <c>detrlab bench</c> and in the BenchmarkDotNet suites alike: an operation, whatever it does, is warmed up, timed sample
/// by sample under audit and watch, and run again apart for its memory.
/// </summary>
/// <example>A harness with its own loop and clock calls <see cref="Before"/>, <see cref="Run"/> (the only part that it times), <see cref="After"/>; else <see cref="Measure"/>.</example>
public sealed class MeasuredCase
{
    /// <summary>An operation beyond this many milliseconds is not repeated to warm it up: one run has touched all there is to touch.</summary>
    public const double SlowMs = 10_000;

    /// <summary>The system counts in ticks of 10 ms: samples shorter than a few of them are not told from what goes on between them.</summary>
    const double LeastCountedSeconds = 0.05;

    /// <summary>Operations of the end of the audit and of the memory pass together, but for a slow operation's.</summary>
    internal const int EndOperations = Replays + MemoryOperations;

    const int Replays = 2;
    const int MemoryOperations = 3;

    readonly IOperation _plain;
    readonly AuditedOperation? _audited;
    readonly int _repeats;
    readonly TimeProvider _clock;
    readonly ICounterSource _counters;
    readonly LatencyMeter _meter;
    readonly List<InferenceTurn> _turns = [];
    CounterReading _first, _before, _last;
    GcReading _gc;
    double _ms;

    /// <summary>Runs the operation for the first time, where that has not been done.</summary>
    /// <param name="plain">What is warmed up and whose memory is measured.</param>
    /// <param name="audited">The same under audit, which is timed; null times the plain one.</param>
    /// <param name="firstMs">What its first run took; null runs it.</param>
    /// <param name="repeats">Operations in one sample: many, where one is too short for the clock.</param>
    /// <param name="clock">The system's unless a test says otherwise.</param>
    /// <param name="counters">This machine's unless a test says otherwise.</param>
    public MeasuredCase(
        IOperation plain, AuditedOperation? audited = null, double? firstMs = null, int repeats = 1, TimeProvider? clock = null, ICounterSource? counters = null)
    {
        (_plain, _audited, _repeats) = (plain, audited, repeats);
        (_clock, _counters) = (clock ?? TimeProvider.System, counters ?? new SystemCounters());
        _meter = new(_clock);
        FirstMs = firstMs ?? _meter.Measure(plain);
    }

    /// <summary>For inferences of about a second on a shared machine: agreement within a few percent, and not without end.</summary>
    public static WarmUpOptions WarmUpRule { get; } = new() { WindowOperations = 1, AgreeingWindows = 3, Tolerance = 0.05, CapMs = 20_000 };

    /// <summary>The first run, milliseconds.</summary>
    public double FirstMs { get; }

    /// <summary>Whether it takes longer than <see cref="SlowMs"/>.</summary>
    public bool IsSlow => FirstMs > SlowMs;

    /// <summary>Samples taken.</summary>
    public int Samples => _turns.Count;

    IOperation Timed => _audited ?? _plain;

    /// <summary>Runs until steady; nothing of it is audited or counted.</summary>
    /// <param name="options">Null takes <see cref="WarmUpRule"/>.</param>
    public WarmUpInfo WarmUp(WarmUpOptions? options = null) => IsSlow
        ? new WarmUpInfo(FormattableString.Invariant($"one run, since it took more than {SlowMs / 1000:0} s"), 1, FirstMs, Steady: false)
        : new WarmUp(options ?? WarmUpRule, _clock).Run(_plain);

    /// <summary>What this class adds to a sample: one of the same kind whose operation does nothing.</summary>
    /// <param name="timing">Given a sample, how a harness with its own clock times it, milliseconds; null takes this class's clock.</param>
    public HarnessCostInfo MeasureOwnCost(Func<Action, Func<double>>? timing = null)
    {
        var nothing = new ActionOperation(() => { });
        var empty = new MeasuredCase(
            nothing, _audited is null ? null : new AuditedOperation(new TensorSubject("nothing", nothing, [], []), new TensorSet([])), firstMs: 0, _repeats);
        return LatencyMeter.CostOf(timing?.Invoke(empty.Run) ?? (() =>
        {
            empty.Run();
            return empty._ms;
        }));
    }

    /// <summary>One timed sample.</summary>
    /// <param name="untimedRuns">Runs before it that bring back caches and threads after another variant's turn; a slow operation gets none.</param>
    public InferenceTurn Measure(int untimedRuns = 0)
    {
        for (var i = 0; i < untimedRuns && !IsSlow; i++)
        {
            _plain.Run();
            _plain.Synchronize();
        }

        Before();
        Run();
        return After();
    }

    /// <summary>Readies a sample: counters, perhaps a fresh input or poisoned outputs.</summary>
    public void Before()
    {
        _before = _counters.Read();
        if (_turns.Count == 0) { _first = _before; }
        LatencyMeter.Ready(Timed);
        _gc = GcReading.Now();
    }

    /// <summary>The sample, until the device is done. Allocates nothing and takes no lock of its own.</summary>
    public void Run() => _ms = _meter.Time(Timed, _repeats);

    /// <summary>Checks the sample where it is its turn to be checked.</summary>
    /// <exception cref="LabException">The outputs are wrong, old or missing.</exception>
    public InferenceTurn After()
    {
        var gc = GcReading.Now().Since(_gc);
        _last = _counters.Read();
        Timed.Finish(_ms);
        var turn = new InferenceTurn(_audited?.Last ?? new(_ms, Fresh: false, Checked: false, BitwiseEqual: false), _last.Since(_before), gc);
        _turns.Add(turn);
        return turn;
    }

    /// <summary>Runs some fresh inputs again, after the last sample; null without an audit.</summary>
    /// <exception cref="LabException">They give something else than when timed.</exception>
    public AuditReplay? EndAudit() => _audited?.Replay(IsSlow ? 1 : Replays);

    /// <summary>What was found beside the times over all samples; at least one.</summary>
    /// <param name="limits">Of this machine.</param>
    /// <exception cref="LabException">The engine reuses results.</exception>
    public SampleFindings Conclude(ContaminationLimits limits)
    {
        var findings = SampleFindings.Of(_turns, limits, _repeats);
        if (_turns.Sum(t => t.Counters.Seconds) < LeastCountedSeconds * _turns.Count)
        {
            findings = findings with { Contamination = ContaminationWatch.JudgeTurns([.. _turns.Select(t => t.Counters)], limits, whole: _last.Since(_first)) };
        }

        return _audited is null ? findings
            : findings with { Audit = AuditedRun.Conclude(_audited.Name, [.. _turns.Select(t => t.Run)], _audited.Options, EndAudit()) };
    }

    /// <summary>The memory pass, which times nothing.</summary>
    /// <param name="operations">Runs; a slow operation gets one.</param>
    public MemoryInfo MeasureMemory(int operations = MemoryOperations) => MemoryPass.Measure(_plain, IsSlow ? 1 : operations);
}

/// <summary>What was found beside the times of a case's samples.</summary>
/// <param name="Contamination">What disturbed them.</param>
/// <param name="Gc">What the collector did in them.</param>
/// <param name="Audit">What checking them found; null where they were not audited.</param>
public sealed record SampleFindings(ContaminationInfo Contamination, GcInfo Gc, AuditInfo? Audit = null)
{
    /// <summary>Of samples, wherever they were taken.</summary>
    /// <param name="samples">At least one.</param>
    /// <param name="limits">Of the machine.</param>
    /// <param name="operations">In one sample.</param>
    internal static SampleFindings Of(IReadOnlyList<InferenceTurn> samples, ContaminationLimits limits, int operations = 1) => new(
        ContaminationWatch.JudgeTurns([.. samples.Select(s => s.Counters)], limits), GcReading.Sum([.. samples.Select(s => s.Gc)], samples.Count * operations));
}
