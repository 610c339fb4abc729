using System.Reflection;
using BenchmarkDotNet.Attributes;

namespace DetrPerfLab.Benchmarks;

/// <summary>A suite: one axis, one row a case, each case in its own process. BenchmarkDotNet calls what is public here.</summary>
public abstract class SuiteBenchmarks
{
    CaseProcess _process = null!;

    /// <summary>The rows of this run, plainest first.</summary>
    public IEnumerable<SuiteCase> Cases => Rows.Select((row, index) => row with { Row = index }).Where(row => !row.FullOnly || !CaseProcess.IsQuick);

    /// <summary>The row that this process runs.</summary>
    [ParamsSource(nameof(Cases))]
    public SuiteCase Case { get; set; } = null!;

    /// <summary>What a suite overrides; BenchmarkDotNet finds <see cref="Cases"/> by name and would find an override twice.</summary>
    protected abstract IReadOnlyList<SuiteCase> Rows { get; }

    /// <summary>How timed operations are audited: the fewer samples, the more of them.</summary>
    private protected AuditOptions Audit => AuditOptions.For(GetType().GetCustomAttribute<SamplesAttribute>()?.Count ?? LabConfig.Samples(CaseProcess.IsQuick));

    /// <summary>Makes what a row times, checked and ready. Runs in the row's own process.</summary>
    internal abstract CaseWork Open(SuiteCase row);

    /// <summary>Builds and computes, in the host, what rows only read: so no row's memory holds a second runtime.</summary>
    internal virtual void Prepare(SuiteCase row, Action<string, long, long> progress)
    {
    }

    /// <summary>Adds to a result, in the host, why it is as it is.</summary>
    internal virtual RunResult Explain(SuiteCase row, RunResult result, MachineInfo machine) => result;

    [GlobalSetup]
    public void Setup() => _process = CaseProcess.Start(ResultJoin.IdOf(Suite, Method, Case), () => Open(Case));

    [IterationSetup]
    public void BeforeSample() => _process.BeforeSample();

    [IterationCleanup]
    public void AfterSample() => _process.AfterSample();

    [GlobalCleanup]
    public void Cleanup() => _process.Dispose();

    /// <summary>Name of the method with <see cref="BenchmarkAttribute"/>.</summary>
    private protected abstract string Method { get; }

    /// <summary>What is timed.</summary>
    private protected void Sample() => _process.Sample();

    /// <summary>The class as written: in a case's process BenchmarkDotNet runs one that it derived from it.</summary>
    Type Suite => GetType().Assembly == typeof(SuiteBenchmarks).Assembly ? GetType() : GetType().BaseType!;
}

/// <summary>A suite whose rows run a model: one operation is one forward pass.</summary>
public abstract class ForwardBenchmarks : SuiteBenchmarks
{
    [Benchmark]
    public void Forward() => Sample();

    private protected override string Method => nameof(Forward);

    /// <summary>What a row feeds and sets.</summary>
    private protected abstract ModelCase CaseOf(SuiteCase row);

    internal override CaseWork Open(SuiteCase row) => CaseOf(row).Open(Audit);

    internal override void Prepare(SuiteCase row, Action<string, long, long> progress) => CaseOf(row).Prepare(progress, fresh: true);

    internal override RunResult Explain(SuiteCase row, RunResult result, MachineInfo machine) => CaseOf(row).Explain(result, machine, Profiled);

    /// <summary>Whether a profile pass tells where the time of each row goes.</summary>
    private protected virtual bool Profiled => false;
}

/// <summary>A suite whose rows are any other work.</summary>
public abstract class WorkBenchmarks : SuiteBenchmarks
{
    [Benchmark]
    public void Run() => Sample();

    private protected override string Method => nameof(Run);
}
