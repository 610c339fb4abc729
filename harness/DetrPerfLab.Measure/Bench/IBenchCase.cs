namespace DetrPerfLab.Measure;

/// <summary>A variant that takes turns with others: in a process of its own (<see cref="WorkerProcess"/>), or scripted in tests.</summary>
/// <remarks>Whatever fails throws; the run then leaves the variant out and keeps the reason.</remarks>
public interface IBenchCase : IDisposable
{
    string Variant { get; }

    /// <summary>Loads, runs once, checks the outputs and warms up; gives what is known by then.</summary>
    RunResult Open(CancellationToken cancellation);

    Sample Sample(int untimedRuns, CancellationToken cancellation);

    /// <summary>Waits until its threads sleep, so that they take nothing from the next variant's turn.</summary>
    void Rest();

    /// <summary>Ends the audit, then measures memory.</summary>
    WorkerEnd End(CancellationToken cancellation);
}
