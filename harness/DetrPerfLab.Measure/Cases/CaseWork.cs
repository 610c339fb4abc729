namespace DetrPerfLab.Measure;

/// <summary>What a case measures, checked already.</summary>
/// <param name="Operation">Timed, under audit where <see cref="Audited"/> is there; one run is one sample.</param>
public sealed record CaseWork(IOperation Operation, RunResult Known) : IDisposable
{
    public AuditedOperation? Audited { get; init; } // the operation as it is timed: its outputs looked at, its inputs exchanged now and then
    public double? FirstMs { get; init; } // what the operation's first run took, milliseconds, where it has run already
    public int MemoryOperations { get; init; } = 3; // operations of the memory pass; fewer where one of them takes long
    public Func<AuditInfo>? Concluded { get; init; } // what a suite finds that checks its samples itself, asked after the last one

    /// <summary>Adds what engines and other processes of this case tell of their memory.</summary>
    public Func<MemoryInfo, MemoryInfo> CompleteMemory { get; init; } = memory => memory;
    public Func<IReadOnlyList<Finding>> Findings { get; init; } = () => [];

    /// <summary>What the last operation timed itself, milliseconds, in place of the time of the whole: of a load each request. Null where the operation is the sample.</summary>
    public Func<IReadOnlyList<double>>? OwnTimesMs { get; init; }

    /// <summary>Adds what only the suite knows of the case, after its last sample.</summary>
    public Func<RunResult, RunResult> Complete { get; init; } = result => result;
    public IReadOnlyList<IDisposable> Owned { get; init; } = []; // released at the end, in this order

    public void Dispose()
    {
        foreach (var owned in Owned) { owned.Dispose(); }
    }
}

/// <summary>One timed operation and its audit, or a turn of several; and what the system counted meanwhile.</summary>
/// <param name="Counters">Differences over the timed operations.</param>
public readonly record struct Sample(AuditedRun Run, CounterReading Counters, GcReading Gc = default)
{
    public IReadOnlyList<double>? MoreMs { get; init; } // operations of the same turn after the first, each timed; none of them is audited

    internal IReadOnlyList<double> AllMs => [Run.Ms, .. MoreMs ?? []];
    internal double MedianMs => MoreMs is null ? Run.Ms : Quantile.Median([.. AllMs]);
}
