using System.Diagnostics;
using DetrPerfLab.Onnx.Proto;

namespace DetrPerfLab.Engines;

/// <summary>Takes the time of an engine's parts, in passes of their own: never in those that are timed as a whole.</summary>
public static class ModuleProfile
{
    const int WarmUpRuns = 2;

    /// <summary>Time by module and by operator, of as many inferences with the profiler as without. Holds one engine.</summary>
    /// <remarks>Operators run one after the other, whatever the settings say: times of operators that overlap would not add up.</remarks>
    public static EngineProfile Profile(VariantModel model, Variant variant, EngineSettings settings, ArtefactCache cache, TensorSet inputs, int runs)
    {
        if (variant.Device != OrtDevice.Cpu)
        {
            throw LabError.BadInput($"'{variant.Name}' runs on a GPU: ONNX Runtime's profile there holds the times at which kernels are started, not those that they take. "
                + "Profile a variant of the processor, or use Nsight Systems.");
        }

        var flops = FlopFacts.Of(model, cache, inputs);
        return variant.Recipe is not OnnxRecipe
            ? OfTorch(variant.Name, variant.Create(model, settings, cache).Engine, inputs, runs, flops)
            : OfOrt(
                variant.Name,
                change => variant.Create(model, settings with { Instrument = change, InterOpThreads = 1 }, cache).Engine,
                inputs,
                runs,
                () => OnnxFile.Load(cache.Get(model, OnnxRecipes.Fp32).Path).Graph,
                flops);
    }

    static EngineProfile OfOrt(
        string name, Func<Func<OrtEngineOptions, OrtEngineOptions>, IInferenceEngine> open, TensorSet inputs, int runs, Func<GraphProto> original, FlopCount flops)
    {
        var folder = Directory.CreateTempSubdirectory("detrlab-profile-");
        try
        {
            var optimized = Path.Combine(folder.FullName, "optimized.onnx");
            double plainMs, wallMs;
            string trace;
            using (var engine = (OrtEngine)open(options => options with { ProfilePrefix = Path.Combine(folder.FullName, "trace"), OptimizedModelPath = optimized }))
            {
                var run = Runner(engine, inputs);
                wallMs = InTurns(runs, run)[0];
                trace = engine.EndProfiling()!;
                plainMs = InTurns(runs, run)[0]; // a second session, to take turns, would need as much memory again
            }

            var nodes = OrtProfileReader.Read(File.ReadAllBytes(trace), runs);
            return Tabulate(name, runs, wallMs, plainMs, nodes, original(), OnnxFile.Load(optimized).Graph, flops);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    internal static EngineProfile Tabulate(string name, int runs, double wallMs, double plainMs, IReadOnlyList<NodeTime> nodes, GraphProto original, GraphProto optimized, FlopCount flops)
    {
        var modules = ModuleNames.OfGraph(optimized).Where(n => n.Node.Name.Length > 0).GroupBy(n => n.Node.Name).ToDictionary(g => g.Key, g => g.First().Module, StringComparer.Ordinal);
        var cover = NodeCover.Assign(original, optimized);
        var flopsOfOperator = flops.Nodes.Where(n => cover.ContainsKey(n.Name)).GroupBy(n => cover[n.Name].OpType).ToDictionary(g => g.Key, g => g.Sum(n => n.Flops), StringComparer.Ordinal);
        var flopsOfModule = FlopsOfModules(flops);
        var order = flops.Modules.Select((m, i) => (m.Name, i)).ToDictionary(m => m.Name, m => m.i, StringComparer.Ordinal);
        ProfilePart Part(IGrouping<string, NodeTime> group, Dictionary<string, double> flopsOf) => PartOf(group.Key, group.Sum(n => n.TotalMs), runs, group.Count(), flopsOf);
        return Whole(name, runs, wallMs, plainMs, flops) with
        {
            Modules = EngineProfile.Parts(wallMs, nodes.GroupBy(n => modules.GetValueOrDefault(n.Name) ?? ModuleNames.Of(n.Name) ?? ModuleNames.Other)
                .OrderBy(g => order.GetValueOrDefault(g.Key, int.MaxValue)).Select(g => Part(g, flopsOfModule))),
            Operators = EngineProfile.Parts(wallMs, nodes.GroupBy(n => n.Operator).OrderByDescending(g => g.Sum(n => n.TotalMs)).Select(g => Part(g, flopsOfOperator))),
        };
    }

    static EngineProfile OfTorch(string name, IInferenceEngine engine, TensorSet inputs, int runs, FlopCount flops)
    {
        using var owned = engine;
        var (plain, outputs) = (Runner(engine, inputs), engine.AllocateOutputs(inputs));
        var staged = engine as IModuleTimedEngine;
        var modules = new List<IReadOnlyList<ModuleTime>>();
        var times = InTurns(runs, plain, staged is null ? plain : () => modules.Add(staged.RunModules(inputs, outputs)));
        var (plainMs, wallMs) = (times[0], times[1]);
        return Whole(name, runs, wallMs, plainMs, flops) with
        {
            Modules = staged is null ? [] : EngineProfile.Parts(wallMs, modules.TakeLast(runs).SelectMany(p => p).GroupBy(m => m.Name)
                .Select(g => PartOf(g.Key, g.Sum(m => m.Ms), runs, nodes: 0, FlopsOfModules(flops)))),
            ModulesGap = staged is null ? $"'{engine.Info.Variant}' runs as one graph inside {engine.Info.Runtime}, which knows no modules" : null,
            OperatorsGap = "libtorch times its operators, but TorchSharp does not hand that profile out",
        };
    }

    static Dictionary<string, double> FlopsOfModules(FlopCount flops) => flops.Modules.ToDictionary(m => m.Name, m => m.Flops, StringComparer.Ordinal);

    static ProfilePart PartOf(string name, double totalMs, int runs, int nodes, Dictionary<string, double> flopsOf) =>
        new(name, totalMs / runs, 0, nodes, flopsOf.TryGetValue(name, out var flops) ? flops : null);

    static EngineProfile Whole(string name, int runs, double wallMs, double plainMs, FlopCount flops) => new()
    {
        Name = name,
        Runs = runs,
        WallMs = wallMs,
        PlainWallMs = plainMs,
        Flops = flops.Total,
        NotCounted = flops.NotCounted,
    };

    static Action Runner(IInferenceEngine engine, TensorSet inputs)
    {
        var outputs = engine.AllocateOutputs(inputs);
        return () =>
        {
            engine.Run(inputs, outputs);
            engine.Synchronize();
        };
    }

    /// <summary>Mean time of each in milliseconds; in turns, so that a slow minute of the machine meets all.</summary>
    static double[] InTurns(int runs, params Action[] actions)
    {
        var sums = new double[actions.Length];
        for (var run = -WarmUpRuns; run < runs; run++)
        {
            for (var i = 0; i < actions.Length; i++)
            {
                var start = Stopwatch.GetTimestamp();
                actions[i]();
                if (run >= 0) { sums[i] += Stopwatch.GetElapsedTime(start).TotalMilliseconds / runs; }
            }
        }

        return sums;
    }
}
