using System.Diagnostics;
using DetrPerfLab.Core;
using DetrPerfLab.Engines;
using DetrPerfLab.Measure;
using DetrPerfLab.Models;

namespace DetrPerfLab.Benchmarks.Infrastructure;

/// <summary>One forward pass of one variant, in its own process: checked, warmed up, timed by BenchmarkDotNet, then its memory measured apart.</summary>
sealed class ForwardCase : IDisposable
{
    /// <summary>Set for cases of a run with <c>--quick</c>.</summary>
    internal const string QuickVariable = "DETRLAB_QUICK";

    /// <summary>One forward pass beyond this is sampled only as long as <see cref="s_budget"/> lasts, and not at all in a quick run.</summary>
    static readonly TimeSpan s_slow = TimeSpan.FromSeconds(10);

    static readonly TimeSpan s_budget = TimeSpan.FromSeconds(60);

    static readonly bool s_quick = Environment.GetEnvironmentVariable(QuickVariable) == "1";

    /// <summary>For operations of about a second on a shared machine: agreement within a few percent, and not without end.</summary>
    static readonly WarmUpOptions s_warmUp = new() { WindowOperations = 1, AgreeingWindows = 3, Tolerance = 0.05, CapMs = s_quick ? 5_000 : 20_000 };

    readonly string _id;
    readonly bool _slow;
    readonly Stopwatch _sampling = new();
    int _samples;
    readonly VariantEngine _engine;
    readonly EngineOperation _operation;
    readonly CaseFacts _facts;

    ForwardCase(string id, Variant variant, ImageSize size, EngineSettings settings)
    {
        _id = id;
        var started = DateTimeOffset.UtcNow;
        var model = BenchmarkModel.Current;
        var inputs = SyntheticImages.CreateBatch(size);
        _engine = variant.Create(model, settings, BenchmarkModel.Artefacts);
        var outputs = TensorSet.AllocateOutputs(_engine.Engine.Inputs, inputs, _engine.Engine.Outputs);
        _operation = new(_engine.Engine, inputs, outputs);

        // A fast wrong engine must fail here, not appear in the report.
        var firstMs = new LatencyMeter().Measure(_operation);
        var reference = ReferenceOutputs.ReferenceOf(variant);
        var agreement = ReferenceOutputs.ThrowIfDiverged(variant, reference, ExpectedOutputs(model, reference, size, inputs), outputs);

        _slow = firstMs > s_slow.TotalMilliseconds;
        if (_slow && s_quick) { throw LabError.TooSlowForQuick(variant.Name, firstMs / 1000); }
        var warmUp = _slow ? new WarmUpInfo("one run: it is slow", 1, firstMs, Steady: false) : new WarmUp(s_warmUp).Run(_operation).Info;
        _facts = new CaseFacts
        {
            Started = started,
            Artefact = _engine.Artefact,
            Engine = _engine.Engine.Info,
            Agreement = agreement,
            WarmUp = warmUp,
        };
    }

    /// <summary>Sets a case up. A case that cannot run leaves its reason as a gap and ends the process; the others go on.</summary>
    internal static ForwardCase Start(string id, string variant, ImageSize size, EngineSettings settings)
    {
        try
        {
            return new(id, VariantRegistry.Get(variant), size, settings);
        }
        catch (LabException reason)
        {
            new CaseFacts { Started = DateTimeOffset.UtcNow, Gap = reason.Message, GapIsLack = reason.ExitCode == ExitCode.Missing }.Save(id);
            Console.Error.WriteLine($"// {id}: {reason.Message}");
            Environment.Exit((int)reason.ExitCode);
            throw;
        }
    }

    /// <summary>Builds and computes, in the host, what a case only reads: so no case's memory holds a second runtime.</summary>
    internal static void Prepare(string variantName, ImageSize size, Action<string, long, long> progress)
    {
        var variant = VariantRegistry.Get(variantName);
        var model = BenchmarkModel.Current;
        if (variant.Recipe is { } recipe) { BenchmarkModel.Artefacts.Get(model, recipe, progress); }
        ExpectedOutputs(model, ReferenceOutputs.ReferenceOf(variant), size, SyntheticImages.CreateBatch(size));
    }

    /// <summary>One sample. A slow case whose time is spent returns at once; the host drops what lies beyond <see cref="CaseFacts.Samples"/>.</summary>
    internal void Run()
    {
        if (_slow && _sampling.Elapsed > s_budget) { return; }
        _sampling.Start();
        _operation.Run();
        _operation.Synchronize();
        _samples++;
    }

    public void Dispose()
    {
        var (memory, gc) = MemoryPass.Measure(_operation, _slow || s_quick ? 1 : 3);
        (_facts with { Memory = memory, Gc = gc, Samples = _samples }).Save(_id);
        _engine.Dispose();
    }

    static TensorSet ExpectedOutputs(VariantModel model, string reference, ImageSize size, TensorSet inputs) =>
        BenchmarkModel.References.Get(model, reference, inputs, $"synthetic {size}", BenchmarkModel.Artefacts);
}
