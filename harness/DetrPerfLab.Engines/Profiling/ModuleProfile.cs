using System.Diagnostics;
using DetrPerfLab.Core;
using DetrPerfLab.Onnx;
using DetrPerfLab.Onnx.Proto;

namespace DetrPerfLab.Engines;

/// <summary>Takes the time of an engine's parts, in passes of their own: never in those that are timed as a whole.</summary>
public static class ModuleProfile
{
    const int WarmUpRuns = 2;

    /// <summary>Time by module, for a result; empty for engines that cannot tell.</summary>
    /// <inheritdoc cref="Profile"/>
    /// <returns>In the order of execution; they add up to the wall time of the profiled runs.</returns>
    public static IReadOnlyList<ModuleTime> Measure(VariantModel model, Variant variant, EngineSettings settings, ArtefactCache cache, TensorSet inputs, int runs = 5) =>
        [.. Profile(model, variant, settings, cache, inputs, runs).Modules.Select(m => new ModuleTime(m.Name, m.Ms))];

    /// <summary>Time by module and by operator. Holds two engines for a while: one with the profiler, one without.</summary>
    /// <remarks>Operators run one after the other, whatever the settings say: times of operators that overlap would not add up.</remarks>
    /// <param name="model">The model.</param>
    /// <param name="variant">The variant.</param>
    /// <param name="settings">Threads and options.</param>
    /// <param name="cache">Where artefacts are.</param>
    /// <param name="inputs">As the engine takes them.</param>
    /// <param name="runs">Inferences with the profiler, and as many without in turns.</param>
    /// <exception cref="LabException">The model or the machine lacks something.</exception>
    public static EngineProfile Profile(VariantModel model, Variant variant, EngineSettings settings, ArtefactCache cache, TensorSet inputs, int runs = 5)
    {
        var flops = FlopFacts.Of(model, cache, inputs);
        var original = Structure(OnnxFile.Load(cache.Get(model, OnnxRecipes.Fp32).Path).Graph);
        return variant.Recipe is null
            ? OfStaged(variant.Name, variant.Create(model, settings, cache).Engine, inputs, runs, flops)
            : OfOrt(variant.Name, change => variant.Create(model, settings with { Instrument = change, InterOpThreads = 1 }, cache).Engine, inputs, runs, original, flops);
    }

    static EngineProfile OfOrt(string name, Func<Func<OrtEngineOptions, OrtEngineOptions>, IInferenceEngine> open, TensorSet inputs, int runs, GraphProto original, FlopCount flops)
    {
        var folder = Directory.CreateTempSubdirectory("detrlab-profile-");
        try
        {
            var optimized = Path.Combine(folder.FullName, "optimized.onnx");
            double plainMs, wallMs;
            string trace;
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true); // models that were read: two engines need the room
            using (var plain = open(options => options))
            using (var profiled = (OrtEngine)open(options => options with { ProfilePrefix = Path.Combine(folder.FullName, "trace"), OptimizedModelPath = optimized }))
            {
                (plainMs, wallMs) = InTurns(Runner(plain, inputs), Runner(profiled, inputs), runs);
                trace = profiled.EndProfiling()!;
            }

            var nodes = OrtProfileReader.Read(File.ReadAllBytes(trace), runs);
            return Tabulate(name, runs, wallMs, plainMs, nodes, original, OnnxFile.Load(optimized).Graph, flops);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>A graph without its weights, which would stay in memory for nothing.</summary>
    static GraphProto Structure(GraphProto graph)
    {
        var structure = graph.Clone();
        structure.Initializer.Clear();
        return structure;
    }

    /// <summary>Sorts the times of nodes by module and by operator.</summary>
    internal static EngineProfile Tabulate(string name, int runs, double wallMs, double plainMs, IReadOnlyList<NodeTime> nodes, GraphProto original, GraphProto optimized, FlopCount flops)
    {
        var modules = ModuleNames.OfGraph(optimized).Where(n => n.Node.Name.Length > 0).GroupBy(n => n.Node.Name).ToDictionary(g => g.Key, g => g.First().Module, StringComparer.Ordinal);
        var cover = NodeCover.Assign(original, optimized);
        var flopsOfOperator = flops.Nodes.Where(n => cover.ContainsKey(n.Name)).GroupBy(n => cover[n.Name].OpType).ToDictionary(g => g.Key, g => g.Sum(n => n.Flops), StringComparer.Ordinal);
        var flopsOfModule = flops.Modules.ToDictionary(m => m.Name, m => m.Flops, StringComparer.Ordinal);
        var order = flops.Modules.Select((m, i) => (m.Name, i)).ToDictionary(m => m.Name, m => m.i, StringComparer.Ordinal);
        return new()
        {
            Name = name,
            Runs = runs,
            Flops = flops.Total,
            NotCounted = flops.NotCounted,
            WallMs = wallMs,
            PlainWallMs = plainMs,
            Modules = EngineProfile.Parts(wallMs, nodes.GroupBy(n => modules.GetValueOrDefault(n.Name) ?? ModuleNames.Of(n.Name) ?? ModuleNames.Other)
                .OrderBy(g => order.GetValueOrDefault(g.Key, int.MaxValue))
                .Select(g => (g.Key, g.Sum(n => n.TotalMs) / runs, g.Count(), flopsOfModule.TryGetValue(g.Key, out var f) ? f : (double?)null))),
            Operators = EngineProfile.Parts(wallMs, nodes.GroupBy(n => n.Operator).OrderByDescending(g => g.Sum(n => n.TotalMs))
                .Select(g => (g.Key, g.Sum(n => n.TotalMs) / runs, g.Count(), flopsOfOperator.TryGetValue(g.Key, out var f) ? f : (double?)null))),
        };
    }

    static EngineProfile OfStaged(string name, IInferenceEngine engine, TensorSet inputs, int runs, FlopCount flops)
    {
        using var owned = engine;
        var outputs = engine.AllocateOutputs(inputs);
        if (engine is not IModuleTimedEngine staged)
        {
            var (whole, _) = InTurns(Runner(engine, inputs), () => { }, runs);
            return new()
            {
                Name = name,
                Runs = runs,
                Flops = flops.Total,
                NotCounted = flops.NotCounted,
                WallMs = whole,
                PlainWallMs = whole,
                ModulesGap = $"'{engine.Info.Variant}' runs as one graph inside {engine.Info.Runtime}, which tells no parts of it",
                OperatorsGap = OperatorsOfLibtorch,
            };
        }

        var flopsOf = flops.Modules.ToDictionary(m => m.Name, m => m.Flops, StringComparer.Ordinal);
        var passes = new List<IReadOnlyList<ModuleTime>>();
        var (plainMs, wallMs) = InTurns(Runner(engine, inputs), () => passes.Add(staged.RunModules(inputs, outputs)), runs);
        return new()
        {
            Name = name,
            Runs = runs,
            Flops = flops.Total,
            NotCounted = flops.NotCounted,
            WallMs = wallMs,
            PlainWallMs = plainMs,
            Modules = EngineProfile.Parts(wallMs, passes.TakeLast(runs).SelectMany(p => p).GroupBy(m => m.Name)
                .Select(g => (g.Key, g.Sum(m => m.Ms) / runs, 0, flopsOf.TryGetValue(g.Key, out var f) ? f : (double?)null))),
            OperatorsGap = OperatorsOfLibtorch,
        };
    }

    const string OperatorsOfLibtorch = "the binding of libtorch gives no profile of its operators";

    static Action Runner(IInferenceEngine engine, TensorSet inputs)
    {
        var outputs = engine.AllocateOutputs(inputs);
        return () =>
        {
            engine.Run(inputs, outputs);
            engine.Synchronize();
        };
    }

    /// <summary>Mean time of each, so that a slow minute of the machine meets both.</summary>
    static (double First, double Second) InTurns(Action first, Action second, int runs)
    {
        var (a, b) = (TimeSpan.Zero, TimeSpan.Zero);
        for (var i = -WarmUpRuns; i < runs; i++)
        {
            var start = Stopwatch.GetTimestamp();
            first();
            var between = Stopwatch.GetTimestamp();
            second();
            var end = Stopwatch.GetTimestamp();
            if (i < 0) { continue; }
            (a, b) = (a + Stopwatch.GetElapsedTime(start, between), b + Stopwatch.GetElapsedTime(between, end));
        }

        return (a.TotalMilliseconds / runs, b.TotalMilliseconds / runs);
    }
}
