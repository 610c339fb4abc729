using System.Diagnostics;
using DetrPerfLab.Core;
using DetrPerfLab.Measure;

namespace DetrPerfLab.Benchmarks.Infrastructure;

/// <summary>A case in its own process: warmed up, timed by BenchmarkDotNet while the machine is watched, then its memory measured apart.</summary>
sealed class CaseProcess : IDisposable
{
    /// <summary>Set for a run with <c>--quick</c>.</summary>
    internal const string QuickVariable = "DETRLAB_QUICK";

    /// <summary>Operations beyond <see cref="InferenceCase.SlowMs"/> are sampled only as long as this lasts.</summary>
    static readonly TimeSpan s_budget = TimeSpan.FromSeconds(60);

    /// <summary>Operations beyond this are left out of a quick run.</summary>
    const double SlowForQuickMs = 5_000;

    static readonly WarmUpOptions s_warmUp = IsQuick ? InferenceCase.WarmUpRule with { CapMs = 2_000 } : InferenceCase.WarmUpRule;

    readonly string _id;
    readonly bool _slow;
    readonly CaseWork _work;
    readonly CaseFacts _facts;
    readonly GcWatch _gc = new();
    readonly Stopwatch _sampling = new();
    ContaminationWatch? _watch;
    readonly ContaminationLimits _limits;
    long _start;
    int _samples;

    CaseProcess(string id, Func<CaseWork> open)
    {
        _id = id;
        var started = DateTimeOffset.UtcNow;
        _limits = ContaminationWatch.MeasureLimits(milliseconds: 300);
        _work = open();
        var meter = new LatencyMeter();
        var firstMs = _work.FirstMs ?? meter.Measure(_work.Operation);
        _slow = firstMs > InferenceCase.SlowMs;
        if (IsQuick && firstMs > SlowForQuickMs) { throw LabError.TooSlowForQuick(id, firstMs / 1000); }
        _facts = new CaseFacts
        {
            Started = started,
            Artefact = _work.Artefact,
            Engine = _work.Engine,
            Agreement = _work.Agreement,
            Cold = _work.Cold,
            ImagesPerOperation = _work.ImagesPerOperation,
            InputSide = _work.InputSide,
            Repeats = _work.Repeats,
            WarmUp = _slow ? new WarmUpInfo("one run: it is slow", 1, firstMs, Steady: false) : new WarmUp(s_warmUp).Run(_work.Operation).Info,
            HarnessCost = meter.MeasureOwnCost(),
        };
    }

    internal static bool IsQuick => Environment.GetEnvironmentVariable(QuickVariable) == "1";

    /// <summary>Sets a case up. A case that cannot run leaves its reason as a gap and ends the process; the others go on.</summary>
    internal static CaseProcess Start(string id, Func<CaseWork> open)
    {
        try
        {
            return new(id, open);
        }
        catch (Exception reason)
        {
            throw End(id, reason);
        }
    }

    /// <summary>Off the clock, before each sample.</summary>
    internal void BeforeSample()
    {
        if (Spent) { return; }
        _watch ??= ContaminationWatch.Start();
        _gc.Start();
        _work.Operation.Prepare();
        _work.Operation.Synchronize();
        _sampling.Start();
        _start = Stopwatch.GetTimestamp();
    }

    /// <summary>On the clock. A slow case whose time is spent returns at once; the host drops what lies beyond <see cref="CaseFacts.Samples"/>.</summary>
    internal void Sample()
    {
        if (Spent) { return; }
        try
        {
            for (var i = 0; i < _work.Repeats; i++) { _work.Operation.Run(); }
            _work.Operation.Synchronize();
        }
        catch (Exception reason)
        {
            throw End(_id, reason);
        }
    }

    /// <summary>Off the clock, after each sample.</summary>
    internal void AfterSample()
    {
        if (!_sampling.IsRunning) { return; }
        var ms = Stopwatch.GetElapsedTime(_start).TotalMilliseconds;
        _sampling.Stop();
        _samples++;
        _gc.Stop(operations: _work.Repeats);
        try
        {
            _work.Operation.Finish(ms);
        }
        catch (Exception wrong)
        {
            throw End(_id, wrong); // a fast wrong engine must fail here, not appear in the report
        }
    }

    public void Dispose()
    {
        try
        {
            var contamination = _watch?.Stop(_limits);
            var audit = _work.Audit?.Invoke();
            var (memory, _) = MemoryPass.Measure(_work.Operation, _slow ? 1 : _work.MemoryOperations);
            (_facts with
            {
                Memory = _work.CompleteMemory(memory),
                Gc = _gc.Info,
                Audit = audit,
                Contamination = contamination,
                Findings = _work.Findings(),
                Samples = _samples,
            }).Save(_id);
            _work.Dispose();
        }
        catch (Exception reason)
        {
            throw End(_id, reason);
        }
    }

    bool Spent => _slow && _sampling.Elapsed > s_budget;

    static UnreachableException End(string id, Exception reason)
    {
        var code = (reason as LabException)?.ExitCode ?? ExitCode.CheckFailed;
        new CaseFacts { Started = DateTimeOffset.UtcNow, Gap = CaseFacts.Reason(reason), GapIsLack = code == ExitCode.Missing }.Save(id);
        Environment.Exit((int)code);
        return new();
    }
}
