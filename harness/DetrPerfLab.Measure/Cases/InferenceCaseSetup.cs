namespace DetrPerfLab.Measure;

/// <summary>What an <see cref="InferenceCase"/> is made of: delegates, since the harness knows engines by their interface only.</summary>
/// <param name="Variant">Its fixed name, for messages.</param>
/// <param name="Open">Loads the model and builds the engine, which the case then owns.</param>
/// <param name="Inputs">As the engine takes them.</param>
/// <param name="Check">Compares the first outputs with the reference's; throws where they differ too much.</param>
public sealed record InferenceCaseSetup(
    string Variant, Func<(IInferenceEngine Engine, ArtefactInfo Artefact)> Open, TensorSet Inputs, Func<TensorSet, AgreementInfo> Check)
{
    /// <summary>How timed runs are audited against the first outputs, once those are accepted.</summary>
    public AuditOptions Audit { get; init; } = new();

    /// <summary>What an independent engine gives for the first fresh input of the audit; null where none was asked.</summary>
    public Func<FreshReference?>? FreshReference { get; init; }

    /// <summary>Prepares one photograph, between load and first inference.</summary>
    public Action? BeforeFirst { get; init; }

    /// <summary>Makes detections of the first outputs, whatever they are: the process has then shown what it was started for. Null leaves that figure out.</summary>
    public Action<TensorSet>? AfterFirst { get; init; }

    /// <summary>Time since the process began that the harness waited for its own sake, milliseconds.</summary>
    public double WaitedMs { get; init; }
}

/// <summary>What a case knows before it is timed.</summary>
public sealed record InferenceFacts
{
    /// <summary>What was loaded.</summary>
    public required ArtefactInfo Artefact { get; init; }

    /// <summary>What runs it.</summary>
    public required EngineInfo Engine { get; init; }

    /// <summary>How far the first outputs lie from the reference.</summary>
    public required AgreementInfo Agreement { get; init; }

    /// <summary>Load and first inference; the time since the process began means something only where the case has a process of its own.</summary>
    public required ColdInfo Cold { get; init; }

    /// <summary>What warming up took; null before <see cref="InferenceCase.WarmUp"/>.</summary>
    public WarmUpInfo? WarmUp { get; init; }

    /// <summary>What the harness adds to a sample; null before <see cref="InferenceCase.WarmUp"/>.</summary>
    public HarnessCostInfo? HarnessCost { get; init; }
}

/// <summary>One timed sample: its time and audit, and what the system counted meanwhile.</summary>
/// <param name="Run">Time and audit.</param>
/// <param name="Counters">Differences over the timed run.</param>
/// <param name="Gc">What the collector did in it.</param>
public readonly record struct InferenceTurn(AuditedRun Run, CounterReading Counters, GcReading Gc = default);
