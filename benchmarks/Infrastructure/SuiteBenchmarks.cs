using System.Diagnostics;
using System.Reflection;
using BenchmarkDotNet.Attributes;

namespace DetrPerfLab.Benchmarks;

/// <summary>What the host does for a suite, before and after its cases run.</summary>
interface IHostedSuite
{
    /// <summary>Builds and computes what rows only read: so no row's memory holds a second runtime.</summary>
    void Prepare(SuiteCase row, Action<string, long, long> progress) { }

    RunResult Explain(SuiteCase row, RunResult result, MachineInfo machine) => result;
}

/// <summary>A suite: one axis, one row a case, each case in its own process. BenchmarkDotNet calls what is public here.</summary>
[Samples(full: 15, quick: 6)]
public abstract class SuiteBenchmarks : IHostedSuite
{
    const double BudgetMs = 60_000; // operations beyond MeasuredCase.SlowMs are sampled only as long as this lasts
    const double SlowForQuickMs = 5_000; // operations beyond this are left out of a quick run

    MeasuredCase _measured = null!;
    ContaminationLimits _limits = null!;

    /// <summary>The rows of this run, plainest first.</summary>
    public IEnumerable<SuiteCase> Cases => Rows.Select((row, index) => row with { Row = index }).Where(row => !row.FullOnly || !RunOptions.IsQuick);

    [ParamsSource(nameof(Cases))]
    public SuiteCase Case { get; set; } = null!;
    protected abstract IReadOnlyList<SuiteCase> Rows { get; } // what a suite overrides; BenchmarkDotNet finds Cases by name and would find an override twice

    /// <summary>How timed operations are audited: the fewer samples, the more of them.</summary>
    private protected AuditOptions Audit => AuditOptions.For(GetType().GetCustomAttribute<SamplesAttribute>()!.Count);

    private protected static int MemoryOperations => RunOptions.IsQuick ? 1 : 3; // of the memory pass, for rows of one inference an operation

    internal static double WaitedMs { get; private set; } // time since the process began that was waited to see the idle machine, milliseconds

    /// <summary>Makes what a row times, checked and ready. Runs in the row's own process.</summary>
    internal abstract CaseWork Open(SuiteCase row);

    public virtual void Prepare(SuiteCase row, Action<string, long, long> progress) { }

    public virtual RunResult Explain(SuiteCase row, RunResult result, MachineInfo machine) => result;

    [GlobalSetup]
    public void Setup() => OrGap(() =>
    {
        var waiting = Stopwatch.StartNew();
        _limits = ContaminationWatch.MeasureLimits(milliseconds: 300);
        WaitedMs = waiting.Elapsed.TotalMilliseconds;
        _measured = new(Open(Case));
        if (RunOptions.IsQuick && _measured.FirstMs > SlowForQuickMs)
        {
            throw LabError.Missing(FormattableString.Invariant($"One operation of '{Case}' takes {_measured.FirstMs / 1000:F0} s here: left out of a quick run. ")
                + "Run the suite without --quick to measure it.");
        }

        _measured.WarmUp(RunOptions.IsQuick ? MeasuredCase.WarmUpRule with { CapMs = 2_000 } : MeasuredCase.WarmUpRule);
    });

    [IterationSetup]
    public void BeforeSample()
    {
        if (!IsSpent) { _measured.Before(); }
    }

    /// <summary>What is timed, by the lab's own clock. BenchmarkDotNet asks for a number of samples; a slow case whose time is spent takes no more.</summary>
    private protected void Sample()
    {
        if (IsSpent) { return; }
        try { _measured.Run(); }
        catch (Exception reason) { EndAsGap(reason); }
    }

    [IterationCleanup]
    public void AfterSample()
    {
        // A fast wrong engine must fail here, not appear in the report.
        if (!IsSpent) { OrGap(() => _measured.After()); }
    }

    [GlobalCleanup]
    public void Cleanup() => OrGap(() =>
    {
        WorkerLine.Send(Console.Out, _measured.Conclude(_limits));
        _measured.Dispose();
    });

    /// <summary>A case that cannot run leaves its reason as a gap and ends the process; the others go on.</summary>
    internal static void OrGap(Action work)
    {
        try { work(); }
        catch (Exception reason) { EndAsGap(reason); }
    }

    static void EndAsGap(Exception reason)
    {
        var code = (reason as LabException)?.ExitCode ?? ExitCode.CheckFailed;
        WorkerLine.Send(Console.Out, RunResult.Unfiled("") with { Gap = LabError.ReasonOf(reason), GapIsLack = code == ExitCode.Missing });
        Environment.Exit((int)code);
    }

    bool IsSpent => _measured.IsSlow && _measured.SampledMs > BudgetMs;
}

/// <summary>A suite whose rows run a model: one operation is one forward pass.</summary>
public abstract class ForwardBenchmarks : SuiteBenchmarks
{
    [Benchmark]
    public void Forward() => Sample();

    private protected abstract VariantCase CaseOf(SuiteCase row);

    internal override CaseWork Open(SuiteCase row) => (CaseOf(row) with { Audit = Audit }).Open().Forward() with { MemoryOperations = MemoryOperations };

    public override void Prepare(SuiteCase row, Action<string, long, long> progress) => BenchmarkModel.Prepare(CaseOf(row), progress, fresh: true);

    public override RunResult Explain(SuiteCase row, RunResult result, MachineInfo machine) => CaseOf(row).Explain(result, machine, Profiled && !RunOptions.IsQuick);

    /// <summary>Whether a profile pass tells where the time of each row goes.</summary>
    private protected virtual bool Profiled => false;
}

/// <summary>A suite whose rows are other work on a model.</summary>
public abstract class WorkBenchmarks : SuiteBenchmarks
{
    [Benchmark]
    public void Run() => Sample();
}
