namespace DetrPerfLab.Measure;

/// <summary>What a case measures, checked already.</summary>
/// <param name="Operation">Timed, under audit where <see cref="Audited"/> is there; one run is one sample.</param>
/// <param name="Known">What is known of it before its samples.</param>
public sealed record CaseWork(IOperation Operation, RunResult Known) : IDisposable
{
    /// <summary>The operation as it is timed: its outputs looked at, its inputs exchanged now and then.</summary>
    public AuditedOperation? Audited { get; init; }

    /// <summary>What the operation's first run took, milliseconds, where it has run already.</summary>
    public double? FirstMs { get; init; }

    /// <summary>Operations of the memory pass; fewer where one of them takes long.</summary>
    public int MemoryOperations { get; init; } = 3;

    /// <summary>What a suite finds that checks its samples itself, asked after the last one.</summary>
    public Func<AuditInfo>? Concluded { get; init; }

    /// <summary>Adds what engines and other processes of this case tell of their memory.</summary>
    public Func<MemoryInfo, MemoryInfo> CompleteMemory { get; init; } = memory => memory;
    public Func<IReadOnlyList<Finding>> Findings { get; init; } = () => [];

    /// <summary>Released at the end, in this order.</summary>
    public IReadOnlyList<IDisposable> Owned { get; init; } = [];

    public void Dispose()
    {
        foreach (var owned in Owned) { owned.Dispose(); }
    }
}

/// <summary>One timed operation: its time and audit, and what the system counted meanwhile.</summary>
/// <param name="Counters">Differences over the timed run.</param>
public readonly record struct Sample(AuditedRun Run, CounterReading Counters, GcReading Gc = default);
