using DetrPerfLab.Core;

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
/// <param name="Memory">From a pass of its own; null where the audit failed.</param>
/// <param name="Audit">Of fresh inputs run again; null where no turn had one.</param>
/// <param name="AuditFailure">Why the samples are not to be trusted; null when they are.</param>
public sealed record BenchEnd(MemoryInfo? Memory, AuditEnd? Audit = null, string? AuditFailure = null);
