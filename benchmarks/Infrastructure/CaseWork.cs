namespace DetrPerfLab.Benchmarks;

/// <summary>What a case times, already checked, and what is known of it beside its times.</summary>
/// <param name="Operation">Timed, under audit where <see cref="Audited"/> is there.</param>
sealed record CaseWork(IOperation Operation) : IDisposable
{
    public ArtefactInfo? Artefact { get; init; }
    public EngineInfo? Engine { get; init; }
    public AgreementInfo? Agreement { get; init; }
    public ColdInfo? Cold { get; init; }

    /// <summary>What the operation's first run took, where it has run already.</summary>
    public double? FirstMs { get; init; }

    /// <summary>Images that one operation handles.</summary>
    public int ImagesPerOperation { get; init; } = 1;

    /// <summary>Shorter side of the images as they enter the network; null where they vary.</summary>
    public int? InputSide { get; init; }

    /// <summary>Operations in one sample: many, where one is too short for the clock.</summary>
    public int Repeats { get; init; } = 1;

    /// <summary>Operations of the memory pass; fewer where one of them takes long.</summary>
    public int MemoryOperations { get; init; } = 3;

    /// <summary>The operation as it is timed: its outputs looked at, its inputs exchanged now and then.</summary>
    public AuditedOperation? Audited { get; init; }

    /// <summary>What a suite finds that checks its samples itself, asked after the last one.</summary>
    public Func<AuditInfo>? Concluded { get; init; }

    /// <summary>Why it is not <see cref="Audited"/>.</summary>
    public string AuditGap { get; init; } = "no network runs: what it gives was compared once, before it was timed";

    /// <summary>Adds what other processes of this case hold.</summary>
    public Func<MemoryInfo, MemoryInfo> CompleteMemory { get; init; } = memory => memory;

    /// <summary>What was found while it ran.</summary>
    public Func<IReadOnlyList<Finding>> Findings { get; init; } = () => [];

    /// <summary>Released at the end, in this order.</summary>
    public IReadOnlyList<IDisposable> Owned { get; init; } = [];

    public void Dispose()
    {
        foreach (var owned in Owned) { owned.Dispose(); }
    }
}
