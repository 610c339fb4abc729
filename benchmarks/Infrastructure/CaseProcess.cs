using System.Diagnostics;
using Perfolizer.Horology;

namespace DetrPerfLab.Benchmarks;

/// <summary>A case in its own process: a <see cref="MeasuredCase"/> whose samples BenchmarkDotNet times.</summary>
sealed class CaseProcess : IDisposable
{
    /// <summary>Set for a run with <c>--quick</c>.</summary>
    internal const string QuickVariable = "DETRLAB_QUICK";

    /// <summary>Operations beyond <see cref="MeasuredCase.SlowMs"/> are sampled only as long as this lasts.</summary>
    static readonly TimeSpan s_budget = TimeSpan.FromSeconds(60);

    /// <summary>Operations beyond this are left out of a quick run.</summary>
    const double SlowForQuickMs = 5_000;

    static readonly WarmUpOptions s_warmUp = IsQuick ? MeasuredCase.WarmUpRule with { CapMs = 2_000 } : MeasuredCase.WarmUpRule;

    readonly string _id;
    readonly CaseWork _work;
    readonly MeasuredCase _measured;
    readonly CaseFacts _facts;
    readonly ContaminationLimits _limits;
    readonly Stopwatch _sampling = new();

    CaseProcess(string id, Func<CaseWork> open)
    {
        _id = id;
        var started = DateTimeOffset.UtcNow;
        var waiting = Stopwatch.StartNew();
        _limits = ContaminationWatch.MeasureLimits(milliseconds: 300);
        WaitedMs = waiting.Elapsed.TotalMilliseconds;
        _work = open();
        _measured = new(_work.Operation, _work.Audited, _work.FirstMs, _work.Repeats);
        if (IsQuick && _measured.FirstMs > SlowForQuickMs)
        {
            throw LabError.Missing(FormattableString.Invariant($"One operation of '{id}' takes {_measured.FirstMs / 1000:F0} s here: left out of a quick run. ")
                + "Run the suite without --quick to measure it.");
        }

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
            WarmUp = _measured.WarmUp(s_warmUp),
            HarnessCost = MeasureOwnCost(),
        };
    }

    internal static bool IsQuick => Environment.GetEnvironmentVariable(QuickVariable) == "1";

    /// <summary>Time since the process began that was waited to see the idle machine.</summary>
    internal static double WaitedMs { get; private set; }

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
        _measured.Before();
        _sampling.Start();
    }

    /// <summary>On the clock. A slow case whose time is spent returns at once; the host drops what lies beyond <see cref="CaseFacts.Samples"/>.</summary>
    internal void Sample()
    {
        if (Spent) { return; }
        try
        {
            _measured.Run();
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
        _sampling.Stop();
        try
        {
            _measured.After();
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
            var found = _measured.Conclude(_limits);
            var audit = found.Audit ?? _work.Concluded?.Invoke();
            var (memory, lack) = MeasureMemory();
            (_facts with
            {
                Memory = memory,
                Gc = found.Gc,
                Audit = audit,
                AuditGap = audit is null ? _work.AuditGap : null,
                Contamination = found.Contamination,
                Findings = [.. _work.Findings(), .. lack],
                Samples = _measured.Samples,
            }).Save(_id);
            _work.Dispose();
        }
        catch (Exception reason)
        {
            throw End(_id, reason);
        }
    }

    bool Spent => _measured.IsSlow && _sampling.Elapsed > s_budget;

    /// <summary>The last pass: samples stay good where it fails.</summary>
    (MemoryInfo? Memory, Finding[] Lack) MeasureMemory()
    {
        try
        {
            return (_work.CompleteMemory(_measured.MeasureMemory(_work.MemoryOperations)), []);
        }
        catch (Exception reason)
        {
            return (null, [new("memory", $"not measured: {LabError.ReasonOf(reason)}")]);
        }
    }

    /// <summary>Along the path of BenchmarkDotNet's samples: its clock, its loop over a delegate, and ours.</summary>
    HarnessCostInfo MeasureOwnCost() => _measured.MeasureOwnCost(empty =>
    {
        Action<long> loop = invocations =>
        {
            for (var i = 0L; i < invocations; i++)
            {
                if (!Spent) { empty(); }
            }
        };
        return () =>
        {
            var clock = Chronometer.BestClock.Start();
            loop(1);
            return clock.GetElapsed().GetNanoseconds() / 1e6;
        };
    });

    static UnreachableException End(string id, Exception reason)
    {
        var code = (reason as LabException)?.ExitCode ?? ExitCode.CheckFailed;
        new CaseFacts { Started = DateTimeOffset.UtcNow, Gap = LabError.ReasonOf(reason), GapIsLack = code == ExitCode.Missing }.Save(id);
        Environment.Exit((int)code);
        return new();
    }
}
