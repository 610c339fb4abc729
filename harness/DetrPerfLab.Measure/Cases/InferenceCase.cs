using System.Diagnostics;

namespace DetrPerfLab.Measure;

/// <summary>
/// An inference that is measured, the same in <c>detrlab bench</c> and in the BenchmarkDotNet suites: load, first run, comparison with the reference; from then
/// on a <see cref="MeasuredCase"/>.
/// </summary>
public sealed class InferenceCase : IDisposable
{
    readonly IInferenceEngine _engine;

    /// <summary>Opens the engine, runs it once and checks what it gave: a fast wrong engine fails here.</summary>
    /// <param name="setup">The parts.</param>
    /// <param name="clock">The system's unless a test says otherwise.</param>
    /// <param name="counters">This machine's unless a test says otherwise.</param>
    /// <exception cref="LabException">The machine lacks something, or the outputs are wrong.</exception>
    public InferenceCase(InferenceCaseSetup setup, TimeProvider? clock = null, ICounterSource? counters = null)
    {
        clock ??= TimeProvider.System;
        var start = clock.GetTimestamp();
        (_engine, var artefact) = setup.Open();
        try
        {
            Outputs = _engine.AllocateOutputs(setup.Inputs);
            var loadMs = clock.GetElapsedTime(start).TotalMilliseconds;
            setup.BeforeFirst?.Invoke();
            Plain = new EngineOperation(_engine, setup.Inputs, Outputs);
            var firstMs = new LatencyMeter(clock).Measure(Plain);
            setup.AfterFirst?.Invoke(Outputs);
            var processMs = setup.AfterFirst is null ? (double?)null : ProcessAgeMs() - setup.WaitedMs;
            Facts = new()
            {
                Artefact = artefact,
                Engine = _engine.Info,
                Agreement = setup.Check(Outputs),
                Cold = new() { ProcessToFirstMs = processMs, LoadMs = loadMs, FirstMs = firstMs },
            };
            // From here on the accepted outputs are the reference: a variant may differ from another, not from itself.
            var subject = new TensorSubject(setup.Variant, Plain, setup.Inputs, Outputs, setup.Audit.Seed);
            Audited = new(subject, Outputs, setup.Audit, setup.FreshReference?.Invoke());
            Measured = new(Plain, Audited, firstMs, repeats: 1, clock, counters);
        }
        catch
        {
            _engine.Dispose();
            throw;
        }
    }

    /// <summary>What is known so far.</summary>
    public InferenceFacts Facts { get; private set; }

    /// <summary>Runs and times it.</summary>
    public MeasuredCase Measured { get; }

    /// <summary>The inference alone.</summary>
    public IOperation Plain { get; }

    /// <summary>The inference under audit.</summary>
    public AuditedOperation Audited { get; }

    /// <summary>What runs it.</summary>
    public IInferenceEngine Engine => _engine;

    /// <summary>What it filled last.</summary>
    public TensorSet Outputs { get; }

    /// <summary>Runs until steady and measures what the harness itself costs.</summary>
    /// <param name="options">Null takes <see cref="MeasuredCase.WarmUpRule"/>.</param>
    public InferenceFacts WarmUp(WarmUpOptions? options = null) =>
        Facts = Facts with { WarmUp = Measured.WarmUp(options), HarnessCost = Measured.MeasureOwnCost() };

    /// <summary>The memory pass, which times nothing, with what the engine tells of its own.</summary>
    public MemoryInfo MeasureMemory() => EngineMemory.Complete(Measured.MeasureMemory(), _engine);

    /// <inheritdoc/>
    public void Dispose() => _engine.Dispose();

    static double ProcessAgeMs()
    {
        using var process = Process.GetCurrentProcess();
        return (DateTime.UtcNow - process.StartTime.ToUniversalTime()).TotalMilliseconds;
    }
}
