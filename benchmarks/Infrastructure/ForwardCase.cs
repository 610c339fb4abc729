using DetrPerfLab.Core;
using DetrPerfLab.Engines;
using DetrPerfLab.Measure;
using DetrPerfLab.Models;

namespace DetrPerfLab.Benchmarks.Infrastructure;

/// <summary>One forward pass of one variant, in its own process: checked, warmed up, timed by BenchmarkDotNet, then its memory measured apart.</summary>
sealed class ForwardCase : IDisposable
{
    const int MemoryOperations = 3;

    readonly string _id;
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
        _engine.Engine.Run(inputs, outputs);
        _engine.Engine.Synchronize();
        var reference = ReferenceOutputs.ReferenceOf(variant);
        var agreement = ReferenceOutputs.ThrowIfDiverged(variant, reference, ExpectedOutputs(model, reference, size, inputs), outputs);

        var warmUp = new WarmUp(s_warmUp).Run(_operation);
        _facts = new CaseFacts
        {
            Started = started,
            Artefact = _engine.Artefact,
            Engine = _engine.Engine.Info,
            Agreement = agreement,
            WarmUp = warmUp.Info,
        };
    }

    /// <summary>For operations of seconds on a shared machine: agreement within a few percent, and not more than a minute.</summary>
    static readonly WarmUpOptions s_warmUp = new() { WindowOperations = 1, AgreeingWindows = 3, Tolerance = 0.05, CapMs = 20_000 };

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

    internal void Run()
    {
        _operation.Run();
        _operation.Synchronize();
    }

    public void Dispose()
    {
        var (memory, gc) = MemoryPass.Measure(_operation, MemoryOperations);
        (_facts with { Memory = memory, Gc = gc }).Save(_id);
        _engine.Dispose();
    }

    static TensorSet ExpectedOutputs(VariantModel model, string reference, ImageSize size, TensorSet inputs) =>
        BenchmarkModel.References.Get(model, reference, inputs, $"synthetic {size}", BenchmarkModel.Artefacts);
}
