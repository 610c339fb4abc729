using System.Diagnostics;
using DetrPerfLab.Core;

namespace DetrPerfLab.Measure;

/// <summary>
/// One inference from opening to memory pass, the same in <c>detrlab bench</c> and in the BenchmarkDotNet suites: load, first run, comparison with the
/// reference, warm-up, timed runs under audit and watch, then memory apart.
/// </summary>
/// <example>A harness with its own loop calls <see cref="Before"/>, <see cref="Run"/> (the only part that it times), <see cref="After"/>; else <see cref="Measure"/>.</example>
public sealed class InferenceCase : IDisposable
{
    /// <summary>An inference beyond this many milliseconds is not repeated to warm it up: one run has touched all there is to touch.</summary>
    public const double SlowMs = 10_000;

    /// <summary>Inferences of the memory pass, but for a slow variant's.</summary>
    internal const int MemoryOperations = 3;

    readonly string _variant;
    readonly AuditOptions _auditOptions;
    readonly IClock _clock;
    readonly ICounterSource _counters;
    readonly LatencyMeter _meter;
    readonly IInferenceEngine _engine;
    readonly EngineOperation _plain;
    readonly AuditedOperation _audited;
    readonly List<InferenceTurn> _turns = [];
    CounterReading _before;
    double _ms;

    /// <summary>Opens the engine, runs it once and checks what it gave: a fast wrong engine fails here.</summary>
    /// <param name="setup">The parts.</param>
    /// <param name="clock">The system's unless a test says otherwise.</param>
    /// <param name="counters">This machine's unless a test says otherwise.</param>
    /// <exception cref="LabException">The machine lacks something, or the outputs are wrong.</exception>
    public InferenceCase(InferenceCaseSetup setup, IClock? clock = null, ICounterSource? counters = null)
    {
        (_variant, _auditOptions) = (setup.Variant, setup.Audit);
        (_clock, _counters) = (clock ?? SystemClock.Instance, counters ?? new SystemCounters());
        _meter = new(_clock);
        var start = _clock.Ticks;
        (_engine, var artefact) = setup.Open();
        try
        {
            var outputs = _engine.AllocateOutputs(setup.Inputs);
            var loadMs = (_clock.Ticks - start) * _clock.MillisecondsPerTick;
            _plain = new(_engine, setup.Inputs, outputs);
            var firstMs = _meter.Measure(_plain);
            var processMs = ProcessAgeMs();
            Facts = new()
            {
                Artefact = artefact,
                Engine = _engine.Info,
                Agreement = setup.Check(outputs),
                Cold = new() { ProcessToFirstMs = processMs, LoadMs = loadMs, FirstMs = firstMs },
            };
            // From here on the accepted outputs are the reference: a variant may differ from another, not from itself.
            _audited = new(_engine, setup.Inputs, outputs, outputs.Copy(), setup.Audit);
        }
        catch
        {
            _engine.Dispose();
            throw;
        }
    }

    /// <summary>For inferences of about a second on a shared machine: agreement within a few percent, and not without end.</summary>
    public static WarmUpOptions WarmUpRule { get; } = new() { WindowOperations = 1, AgreeingWindows = 3, Tolerance = 0.05, CapMs = 20_000 };

    /// <summary>What is known so far.</summary>
    public InferenceFacts Facts { get; private set; }

    /// <summary>The first inference, milliseconds.</summary>
    public double FirstMs => Facts.Cold.FirstMs!.Value;

    /// <summary>Runs until steady and measures what the harness itself costs.</summary>
    /// <param name="options">Null takes <see cref="WarmUpRule"/>.</param>
    public InferenceFacts WarmUp(WarmUpOptions? options = null)
    {
        var warmUp = FirstMs > SlowMs
            ? new WarmUpInfo(FormattableString.Invariant($"one run, since it took more than {SlowMs / 1000:0} s"), 1, FirstMs, Steady: false)
            : new WarmUp(options ?? WarmUpRule, _clock).Run(_plain).Info;
        return Facts = Facts with { WarmUp = warmUp, HarnessCost = new LatencyMeter().MeasureOwnCost() };
    }

    /// <summary>One timed inference.</summary>
    /// <param name="untimedRuns">Runs before it that bring back caches and threads after another variant's turn; a slow variant gets none.</param>
    public InferenceTurn Measure(int untimedRuns = 0)
    {
        for (var i = 0; i < untimedRuns && FirstMs <= SlowMs; i++)
        {
            _plain.Run();
            _plain.Synchronize();
        }

        Before();
        Run();
        return After();
    }

    /// <summary>Readies a timed run: counters, perhaps a fresh input or poisoned outputs.</summary>
    public void Before()
    {
        _before = _counters.Read();
        _audited.Prepare();
        _audited.Synchronize(); // what an earlier run left behind is not this one's time
    }

    /// <summary>The timed run, until the device is done. Allocates nothing and takes no lock of its own.</summary>
    public void Run()
    {
        var start = _clock.Ticks;
        _audited.Run();
        _audited.Synchronize();
        _ms = (_clock.Ticks - start) * _clock.MillisecondsPerTick;
    }

    /// <summary>Checks the run where it is its turn to be checked.</summary>
    /// <exception cref="LabException">The outputs are wrong, old or missing.</exception>
    public InferenceTurn After()
    {
        var counters = _counters.Read().Since(_before);
        _audited.Finish(_ms);
        var turn = new InferenceTurn(_audited.Last, counters);
        _turns.Add(turn);
        return turn;
    }

    /// <summary>What audit and watch found over all timed runs; at least one.</summary>
    /// <exception cref="LabException">The engine caches.</exception>
    public (AuditInfo Audit, ContaminationInfo Contamination) Conclude(ContaminationLimits limits) => Conclude(_variant, _turns, limits, _auditOptions);

    /// <inheritdoc cref="Conclude(ContaminationLimits)"/>
    /// <param name="variant">Named in messages.</param>
    /// <param name="turns">At least one.</param>
    /// <param name="limits">Of this machine.</param>
    /// <param name="options">Of the audit.</param>
    internal static (AuditInfo Audit, ContaminationInfo Contamination) Conclude(
        string variant, IReadOnlyList<InferenceTurn> turns, ContaminationLimits limits, AuditOptions options) =>
        (AuditedRun.Conclude(variant, [.. turns.Select(t => t.Run)], options), ContaminationWatch.JudgeTurns([.. turns.Select(t => t.Counters)], limits));

    /// <summary>The memory pass, which times nothing.</summary>
    /// <param name="operations">Runs; a slow variant gets one.</param>
    public (MemoryInfo Memory, GcInfo Gc) MeasureMemory(int operations = MemoryOperations)
    {
        var (memory, gc) = MemoryPass.Measure(_plain, FirstMs > SlowMs ? 1 : operations);
        return (EngineMemory.Complete(memory, _engine), gc);
    }

    /// <inheritdoc/>
    public void Dispose() => _engine.Dispose();

    static double ProcessAgeMs()
    {
        using var process = Process.GetCurrentProcess();
        return (DateTime.UtcNow - process.StartTime.ToUniversalTime()).TotalMilliseconds;
    }
}
