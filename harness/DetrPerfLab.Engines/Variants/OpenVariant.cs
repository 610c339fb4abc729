using System.Diagnostics;

namespace DetrPerfLab.Engines;

/// <summary>An engine whose outputs agree with the reference's, and the work that is made of it.</summary>
public sealed class OpenVariant : IDisposable
{
    readonly AuditOptions _audit;
    readonly double _firstMs;

    /// <summary>Opens the engine, runs it once and checks its outputs. Null <paramref name="detections"/> leave out the time to them.</summary>
    internal OpenVariant(
        string variant, AuditOptions audit, Func<OpenedEngine> open, TensorSet inputs, Func<TensorSet, AgreementInfo> check, FirstDetections? detections = null, double waitedMs = 0, TimeProvider? clock = null)
    {
        (_audit, Inputs) = (audit, inputs);
        clock ??= TimeProvider.System;
        var start = clock.GetTimestamp();
        (Engine, var artefact, _) = open();
        try
        {
            Outputs = Engine.AllocateOutputs(inputs);
            var loadMs = clock.GetElapsedTime(start).TotalMilliseconds;
            detections?.Prepare();
            _firstMs = new LatencyMeter(clock).Measure(new EngineOperation(Engine, inputs, Outputs));
            detections?.Read(Outputs);
            Known = RunResult.Unfiled(variant) with
            {
                Artefact = artefact,
                Engine = Engine.Info,
                Cold = new() { ProcessToFirstMs = detections is null ? null : ProcessAgeMs() - waitedMs - detections.MadeInMs, LoadMs = loadMs, FirstMs = _firstMs },
                Agreement = check(Outputs),
            };
        }
        catch
        {
            Engine.Dispose();
            throw;
        }
    }

    public IInferenceEngine Engine { get; }
    public TensorSet Inputs { get; }
    public TensorSet Outputs { get; }
    public RunResult Known { get; internal set; }

    /// <summary>What an independent engine gives for the first fresh input of the audit; null where none was asked.</summary>
    internal Func<FreshReference?>? FreshReference { get; init; }

    /// <summary>The forward pass, checked and audited while it is timed. From here on the accepted outputs are the reference: a variant may differ from another, not from itself.</summary>
    public CaseWork Forward()
    {
        try
        {
            var plain = new EngineOperation(Engine, Inputs, Outputs);
            var subject = new TensorSubject(Known.Variant, plain, Inputs, Outputs, _audit.Seed);
            return Work(plain) with { FirstMs = _firstMs, Audited = new(subject, Outputs, _audit, FreshReference?.Invoke()) };
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public CaseWork Work(IOperation operation) => new(operation, Known) { CompleteMemory = memory => EngineMemory.Complete(memory, Engine), Owned = [this] };

    /// <summary>Other work on this engine under audit; runs it for the first time, so that later runs can be held against that.</summary>
    public CaseWork Work(IAuditSubject subject)
    {
        subject.Watch();
        var firstMs = new LatencyMeter().Measure(new ActionOperation(() =>
        {
            subject.Run();
            subject.Synchronize();
        }));
        return Work((IOperation)subject) with { FirstMs = firstMs, Audited = new(subject, new TensorSet(subject.Outputs), _audit) };
    }

    /// <summary>Work from tensors to tensors on this engine under audit; see <see cref="TensorSubject"/>.</summary>
    public CaseWork Work(Action work, IReadOnlyList<HostTensor> inputs, IReadOnlyList<HostTensor> outputs) =>
        Work(new TensorSubject(Known.Variant, new ActionOperation(work), inputs, outputs, _audit.Seed));

    public void Dispose() => Engine.Dispose();

    static double ProcessAgeMs()
    {
        using var process = Process.GetCurrentProcess();
        return (DateTime.UtcNow - process.StartTime.ToUniversalTime()).TotalMilliseconds;
    }
}
