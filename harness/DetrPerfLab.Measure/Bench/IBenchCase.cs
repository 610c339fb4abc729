namespace DetrPerfLab.Measure;

/// <summary>A variant that takes turns with others: in a process of its own (<see cref="BenchProcess"/>), or scripted in tests.</summary>
/// <remarks>Whatever fails throws; the run then leaves the variant out and keeps the reason.</remarks>
public interface IBenchCase : IDisposable
{
    /// <summary>Its fixed name.</summary>
    string Variant { get; }

    /// <summary>Loads, runs once, checks the outputs and warms up.</summary>
    InferenceFacts Open(CancellationToken cancellation);

    /// <summary>One timed inference.</summary>
    /// <param name="untimedRuns">Runs before it.</param>
    /// <param name="cancellation">Gives up waiting for it.</param>
    InferenceTurn Turn(int untimedRuns, CancellationToken cancellation);

    /// <summary>Ends the audit, then measures memory.</summary>
    BenchEnd End(CancellationToken cancellation);
}

/// <summary>What was found after the last turn.</summary>
public sealed record BenchEnd
{
    /// <summary>Of fresh inputs run again; null where that failed.</summary>
    public AuditReplay? Audit { get; init; }

    /// <summary>Why the samples are not to be trusted; null when they are.</summary>
    public string? AuditFailure { get; init; }

    /// <summary>From a pass of its own; null where that, or the audit, failed.</summary>
    public MemoryInfo? Memory { get; init; }

    /// <summary>Why the memory pass failed; null when it did not.</summary>
    public string? MemoryFailure { get; init; }
}
