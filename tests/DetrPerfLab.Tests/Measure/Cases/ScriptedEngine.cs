using Microsoft.Extensions.Time.Testing;

namespace DetrPerfLab.Tests.Measure;

/// <summary>An engine that adds and multiplies two numbers on a fake clock, at once or, as on a GPU, only when it is waited for.</summary>
sealed class ScriptedEngine(FakeTimeProvider clock, double ms = 100, bool asynchronous = false) : IInferenceEngine
{
    const double HandoverMs = 0.5;

    (TensorSet Inputs, TensorSet Outputs)? _pending;

    public int Runs { get; private set; }

    public bool Disposed { get; private set; }

    /// <summary>Replaces what is computed; takes the number of the run, from 0.</summary>
    public Action<int, TensorSet, TensorSet> Work { get; set; } = (_, inputs, outputs) => Honest(inputs, outputs);

    public EngineInfo Info { get; } = new("scripted", "test", "1", new Dictionary<string, string>());

    public IReadOnlyList<TensorSpec> Inputs { get; } = [new("x", ElementType.Float32, [2])];

    public IReadOnlyList<TensorSpec> Outputs { get; } = [new("y", ElementType.Float32, [2])];

    public static void Honest(TensorSet inputs, TensorSet outputs)
    {
        var x = inputs["x"].Floats;
        var y = outputs["y"].Floats;
        (y[0], y[1]) = (x[0] + x[1], x[0] * x[1]);
    }

    public void Run(TensorSet inputs, TensorSet outputs)
    {
        if (asynchronous)
        {
            clock.Advance(HandoverMs);
            _pending = (inputs, outputs);
        }
        else
        {
            Compute(inputs, outputs);
        }
    }

    public void Synchronize()
    {
        if (_pending is not { } pending) { return; }
        _pending = null;
        Compute(pending.Inputs, pending.Outputs);
    }

    public void Dispose() => Disposed = true;

    /// <summary>2 and 3.</summary>
    public static TensorSet MakeInputs()
    {
        var x = new HostTensor("x", ElementType.Float32, 2);
        (x.Floats[0], x.Floats[1]) = (2, 3);
        return new(x);
    }

    /// <summary>Its forward pass under audit, run once.</summary>
    public static CaseWork WorkOf(IInferenceEngine engine, AuditOptions? audit = null)
    {
        var inputs = MakeInputs();
        var outputs = engine.AllocateOutputs(inputs);
        var operation = new EngineOperation(engine, inputs, outputs);
        operation.Run();
        operation.Synchronize();
        return new(operation, RunResult.Unfiled("scripted"))
        {
            FirstMs = 100,
            Audited = new(new TensorSubject("scripted", operation, inputs, outputs), outputs, audit ?? new() { MaxAbs = new Dictionary<string, double> { ["y"] = 1e-4 } }),
            Owned = [engine],
        };
    }

    void Compute(TensorSet inputs, TensorSet outputs)
    {
        clock.Advance(ms);
        Work(Runs++, inputs, outputs);
    }
}

/// <summary>Counters of a machine of two cores on which others use a share.</summary>
sealed class ScriptedCounters(FakeTimeProvider clock, double othersShare = 0) : ICounterSource
{
    public int Reads { get; private set; }

    public double YardstickMs { get; set; } = 1;

    public CounterReading Read()
    {
        Reads++;
        var seconds = clock.ElapsedMs() / 1000;
        return new(seconds, 2 * seconds, IdleSeconds: 0, StealSeconds: 0, OwnSeconds: 2 * seconds * (1 - othersShare), InvoluntarySwitches: 0, YardstickMs);
    }
}
