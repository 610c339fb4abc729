namespace DetrPerfLab.Measure;

/// <summary>How every inference is measured, in <c>detrlab bench</c> and in the BenchmarkDotNet suites alike: warmed up, timed sample by sample under audit and
/// watch, and run again apart for its memory.</summary>
/// <example>A harness with its own loop calls <see cref="Before"/>, <see cref="Run"/> (the only part that is timed), <see cref="After"/>; else <see cref="Measure"/>.</example>
public sealed class MeasuredCase : IDisposable
{
    /// <summary>An operation beyond this many milliseconds is not repeated to warm it up: one run has touched all there is to touch.</summary>
    public const double SlowMs = 10_000;

    /// <summary>The system counts in ticks of 10 ms: samples shorter than a few of them are not told from what goes on between them.</summary>
    const double LeastCountedSeconds = 0.05;
    const int MostInATurn = 200;
    internal const int EndOperations = Replays + 3; // operations of the end of the audit and of the memory pass together, but for a slow operation's
    const int Replays = 2;

    readonly CaseWork _work;
    readonly TimeProvider _clock;
    readonly ICounterSource _counters;
    readonly LatencyMeter _meter;
    readonly List<Sample> _samples = [];
    CounterReading _first, _before, _last;
    GcReading _gc;
    double _ms;

    /// <summary>Runs the operation for the first time, where that has not been done.</summary>
    /// <param name="work">Owned: disposed with this.</param>
    public MeasuredCase(CaseWork work, TimeProvider? clock = null, ICounterSource? counters = null)
    {
        (_work, Known) = (work, work.Known);
        (_clock, _counters) = (clock ?? TimeProvider.System, counters ?? new SystemCounters());
        _meter = new(_clock);
        FirstMs = work.FirstMs ?? _meter.Measure(work.Operation);
    }

    /// <summary>For inferences of about a second on a shared machine: agreement within a few percent, and not without end.</summary>
    public static WarmUpOptions WarmUpRule { get; } = new() { WindowOperations = 1, AgreeingWindows = 3, Tolerance = 0.05, CapMs = 20_000 };
    public RunResult Known { get; private set; }
    public double FirstMs { get; }
    public bool IsSlow => FirstMs > SlowMs;
    public double SampledMs => _samples.Sum(s => s.AllMs.Sum());
    IOperation Timed => _work.Audited ?? _work.Operation;

    /// <summary>Runs until steady, with nothing of it audited or counted, and measures what this class adds to a sample.</summary>
    public void WarmUp(WarmUpOptions? options = null) => Known = Known with
    {
        WarmUp = IsSlow
            ? new WarmUpInfo(FormattableString.Invariant($"one run, since it took more than {SlowMs / 1000:0} s"), 1, FirstMs, Steady: false)
            : new WarmUp(options ?? WarmUpRule, _clock).Run(_work.Operation),
        HarnessCost = MeasureOwnCost(),
    };

    /// <summary>What this class adds to a sample: the time of one of the same kind whose operation does nothing.</summary>
    internal HarnessCostInfo MeasureOwnCost()
    {
        var nothing = new ActionOperation(() => { });
        var empty = new MeasuredCase(new(nothing, Known)
        {
            Audited = _work.Audited is null ? null : new AuditedOperation(new TensorSubject("nothing", nothing, [], []), new TensorSet([])),
            FirstMs = 0,
        });
        return LatencyMeter.CostOf(() =>
        {
            empty.Run();
            return empty._ms;
        });
    }

    /// <param name="untimedRuns">Runs before it that bring back caches and threads after another variant's turn; a slow operation gets none.</param>
    /// <param name="turnMs">Operations are timed one after another until they have taken about as long: of a short one, a single run tells little.</param>
    public Sample Measure(int untimedRuns = 0, double turnMs = 0)
    {
        var operations = Known.WarmUp is { Operations: > 0, TotalMs: > 0 } warm ? Math.Clamp((int)Math.Round(turnMs * warm.Operations / warm.TotalMs), 1, MostInATurn) : 1;
        if (!IsSlow) { RunUntimed(operations > 1 ? Math.Max(untimedRuns, operations / 8) : untimedRuns); }
        Before();
        Run();
        var more = new double[operations - 1];
        foreach (ref var ms in more.AsSpan()) { ms = _meter.Measure(_work.Operation); }
        var sample = After();
        return operations == 1 ? sample : _samples[^1] = sample with { MoreMs = more };
    }

    internal void RunUntimed(int runs)
    {
        for (var i = 0; i < runs; i++)
        {
            _work.Operation.Run();
            _work.Operation.Synchronize();
        }
    }

    /// <summary>Readies a sample: counters, perhaps a fresh input or poisoned outputs.</summary>
    public void Before()
    {
        _before = _counters.Read();
        if (_samples.Count == 0) { _first = _before; }
        LatencyMeter.Ready(Timed);
        _gc = GcReading.Now();
    }

    /// <summary>The sample, until the device is done. Allocates nothing and takes no lock of its own.</summary>
    public void Run() => _ms = _meter.Time(Timed);

    /// <summary>Checks the sample where it is its turn to be checked.</summary>
    /// <exception cref="LabException">The outputs are wrong, old or missing.</exception>
    public Sample After()
    {
        var gc = GcReading.Now().Since(_gc);
        _last = _counters.Read();
        Timed.Finish(_ms);
        var own = _work.OwnTimesMs?.Invoke() ?? [_ms];
        var sample = new Sample(_work.Audited?.Last ?? new(own[0], Fresh: false, Checked: false, BitwiseEqual: false), _last.Since(_before), gc) { MoreMs = own.Count > 1 ? [.. own.Skip(1)] : null };
        _samples.Add(sample);
        return sample;
    }

    /// <summary>Runs some fresh inputs again, after the last sample; null without an audit.</summary>
    internal AuditReplay? EndAudit() => _work.Audited?.Replay(IsSlow ? 1 : Replays);

    /// <summary>What is known of the case after its last sample, memory from a pass of its own included.</summary>
    /// <exception cref="LabException">The engine reuses results.</exception>
    public RunResult Conclude(ContaminationLimits limits)
    {
        var result = WithSamples(Known, _samples, limits);
        if (_samples.Sum(s => s.Counters.Seconds) < LeastCountedSeconds * _samples.Count)
        {
            result = result with { Contamination = ContaminationWatch.JudgeTurns([.. _samples.Select(s => s.Counters)], limits, whole: _last.Since(_first)) };
        }

        var audit = _work.Audited is { } audited ? AuditedRun.Conclude(audited.Name, [.. _samples.Select(s => s.Run)], audited.Options, EndAudit()) : _work.Concluded?.Invoke();
        var (memory, failure) = TryMeasureMemory();
        return _work.Complete(result with
        {
            Audit = audit,
            AuditGap = audit is null ? Known.AuditGap : null,
            Memory = memory,
            Findings = [.. Known.Findings, .. _work.Findings(), .. LackOfMemory(failure)],
        });
    }

    internal static RunResult WithSamples(RunResult known, IReadOnlyList<Sample> samples, ContaminationLimits limits) => known with
    {
        SamplesMs = [.. samples.SelectMany(s => s.AllMs)],
        Contamination = ContaminationWatch.JudgeTurns([.. samples.Select(s => s.Counters)], limits),
        Gc = GcReading.Sum([.. samples.Select(s => s.Gc)]),
    };

    /// <summary>The memory pass, which times nothing; the last, so that samples stay good where it fails.</summary>
    internal (MemoryInfo? Memory, string? Failure) TryMeasureMemory()
    {
        try { return (_work.CompleteMemory(MemoryPass.Measure(_work.Operation, IsSlow ? 1 : _work.MemoryOperations)), null); }
        catch (Exception reason) { return (null, LabError.ReasonOf(reason)); }
    }

    internal static IReadOnlyList<Finding> LackOfMemory(string? failure) => failure is null ? [] : [new("memory", $"not measured: {failure}")];

    public void Dispose() => _work.Dispose();
}
