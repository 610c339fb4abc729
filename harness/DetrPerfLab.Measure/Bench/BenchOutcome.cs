namespace DetrPerfLab.Measure;

/// <summary>What a bench found of one variant.</summary>
/// <param name="Variant">Its name.</param>
/// <param name="Interleaving">With whom it took turns.</param>
public sealed record BenchOutcome(string Variant, InterleavingInfo Interleaving)
{
    /// <summary>One a round, milliseconds; empty where there is a gap.</summary>
    public IReadOnlyList<double> SamplesMs { get; init; } = [];

    /// <summary>What was known before it was timed; null where it did not come so far.</summary>
    public InferenceFacts? Facts { get; init; }

    /// <summary>What auditing the timed runs found; null with a gap.</summary>
    public AuditInfo? Audit { get; init; }

    /// <summary>What disturbed its own turns; null with a gap.</summary>
    public ContaminationInfo? Contamination { get; init; }

    /// <summary>Of its own process, measured after the timed runs; null with a gap or a <see cref="MemoryGap"/>.</summary>
    public MemoryInfo? Memory { get; init; }

    /// <summary>Collections in the timed turns; null with a gap.</summary>
    public GcInfo? Gc { get; init; }

    /// <summary>Why the memory pass failed, which leaves the samples as they are; null when it did not.</summary>
    public string? MemoryGap { get; init; }

    /// <summary>Why there are no samples; null when there are.</summary>
    public BenchGap? Gap { get; init; }

    /// <summary>As result files keep it.</summary>
    /// <param name="id">For example <c>Bench.Forward(Variant: ort-fp32)</c>.</param>
    /// <param name="started">When the run began.</param>
    /// <param name="commit">Of the lab.</param>
    /// <param name="machine">Fingerprint.</param>
    public RunResult ToResult(string id, DateTimeOffset started, string commit, string machine) => new()
    {
        Id = id,
        Suite = BenchRun.Suite,
        Variant = Variant,
        Started = started,
        Commit = commit,
        Machine = machine,
        Artefact = Facts?.Artefact,
        Engine = Facts?.Engine,
        SamplesMs = SamplesMs,
        WarmUp = Facts?.WarmUp,
        Cold = Facts?.Cold,
        HarnessCost = Facts?.HarnessCost,
        Interleaving = Gap is null ? Interleaving : null,
        Audit = Audit,
        Memory = Memory,
        Agreement = Facts?.Agreement,
        Gc = Gc,
        Contamination = Contamination,
        Findings = MemoryGap is null ? [] : [new("memory", $"not measured: {MemoryGap}")],
        Gap = Gap?.Reason,
    };
}
