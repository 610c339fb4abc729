using DetrPerfLab.Onnx.Proto;

namespace DetrPerfLab.Engines;

/// <summary>Why a variant is as fast as it is.</summary>
/// <param name="Flops">Operations of one inference, a multiply-add as two, counted on the FP32 graph; null where it could not be counted.</param>
/// <param name="Peak">The machine's measured peak for these operations and threads; null where it was not measured, or the operations are not known.</param>
public sealed record VariantWhy(double? Flops, PeakInfo? Peak, IReadOnlyList<Finding> Findings);

/// <summary>What a result says of its variant beside the measurement: call it in the host, never in the process that measures.</summary>
public static class VariantFacts
{
    static readonly string[] s_transformer = ["encoder", "decoder"];

    /// <summary>Takes seconds at first; then it is read from files in the cache. Settings, images and machine (this one) are those of the measurement.</summary>
    /// <remarks>What cannot be found out, since the machine lacks a library or a device, becomes a finding with the reason.</remarks>
    public static VariantWhy Of(VariantModel model, Variant variant, EngineSettings settings, ArtefactCache cache, ImageSize size, MachineInfo machine)
    {
        var findings = new List<Finding>(VariantFindings.Threads(settings.EffectiveThreads, machine));
        double? flops = null;
        PeakInfo? peak = null;
        try
        {
            var count = FlopFacts.Of(model, cache, model.CreateInputs(size));
            flops = count.Total;
            findings.AddRange(VariantFindings.Work(count));
            if (variant.Device != OrtDevice.Cpu)
            {
                // What follows is about the processor: its peak, its instruction sets, the graph as it was changed for it.
                return new(flops, Peak: null, [.. findings, .. VariantFindings.Gpu(variant)]);
            }

            IReadOnlyList<string> integer;
            if (variant.Recipe is not OnnxRecipe)
            {
                var recipe = variant.Recipe as TorchScriptRecipe;
                integer = variant.Parts.Precision == Precision.Int8 ? IntegerNodesOfTorch(model, variant, recipe!, cache) : [];
                findings.AddRange(VariantFindings.Torch(variant.Parts, recipe, integer.Count, TorchRuntime.Facts.ToDictionary(), TorchRuntime.BFloat16Kernels, machine, model.Config));
            }
            else
            {
                var graph = GraphOf(model, variant, cache, machine);
                integer = graph.IntegerNodes;
                findings.AddRange(VariantFindings.Ort(variant.Parts, graph, machine));
            }

            // The rate of bfloat16 products is not probed: no share of a peak is told where they are part of the work.
            var hasUnknownRate = variant.Recipe is TorchScriptRecipe { Precision: ScriptPrecision.BFloat16Fused } && TorchRuntime.HasBFloat16Products;
            peak = hasUnknownRate ? null : VariantPeak.PeakOf(variant.Parts, machine, settings.EffectiveThreads * settings.InterOpThreads, ShareOf(integer, count));
        }
        catch (LabException reason) when (reason.ExitCode == ExitCode.Missing)
        {
            findings.Add(new("unknown", $"not looked into: {reason.Message}"));
        }

        return new(flops, peak, findings);
    }

    static GraphChange GraphOf(VariantModel model, Variant variant, ArtefactCache cache, MachineInfo machine)
    {
        var artefact = cache.Get(model, variant.Recipe!);
        // The graph depends on the processor: layouts and fused forms are chosen for it.
        return SideFile.Get(cache.Beside(model, artefact, $".{variant.Name}.why.json"), $"{artefact.Info.Sha256} {OrtSession.Version()} {string.Join(' ', machine.Isa)}", () =>
        {
            var optimized = OptimizedGraphReader.Read(model, variant, cache);
            return new GraphChange(OnnxFile.Load(artefact.Path).Graph.Node.Count, GraphFacts.Of(optimized), IntegerNodes(OnnxFile.Load(cache.Get(model, OnnxRecipes.Fp32).Path), optimized));
        });
    }

    /// <summary>Nodes of the float32 graph that became nodes on 8-bit integers.</summary>
    internal static IReadOnlyList<string> IntegerNodes(ModelProto original, ModelProto optimized) =>
        [.. NodeCover.Assign(original.Graph, optimized.Graph).Where(c => GraphFacts.IsIntegerProduct(c.Value)).Select(c => c.Key)];

    /// <summary>The layers of the quantised graph that have ranges; without one the transformer's linear layers, products with a weight, which libtorch's dynamic quantisation takes.</summary>
    static IReadOnlyList<string> IntegerNodesOfTorch(VariantModel model, Variant variant, TorchScriptRecipe recipe, ArtefactCache cache)
    {
        var artefact = cache.Get(model, recipe.Quantized ?? OnnxRecipes.Fp32);
        return SideFile.Get(cache.Beside(model, artefact, $".{variant.Name}.why.json"), artefact.Info.Sha256, () =>
        {
            var loaded = OnnxFile.Load(artefact.Path);
            if (recipe.Quantized is not null) { return (string[])[.. QuantizedLayers.Read(loaded).Filters.Keys]; }
            var graph = loaded.Graph;
            var index = new GraphIndex(graph);
            return [.. ModuleNames.OfGraph(graph)
                .Where(n => n.Node.OpType is "Gemm" or "MatMul" && index.Constant(n.Node.Input[1]) is not null && s_transformer.Any(m => n.Module.StartsWith(m, StringComparison.Ordinal)))
                .Select(n => NodeCover.NameOf(n.Node))];
        });
    }

    static double ShareOf(IReadOnlyList<string> nodes, FlopCount count)
    {
        var names = nodes.ToHashSet(StringComparer.Ordinal);
        return count.Total > 0 ? count.Nodes.Where(n => names.Contains(n.Name)).Sum(n => n.Flops) / count.Total : 0;
    }
}

/// <summary>A graph before and after ONNX Runtime's optimisations, and the float32 graph's products and convolutions that run on 8-bit integers.</summary>
sealed record GraphChange(int NodesBefore, GraphFacts After, IReadOnlyList<string> IntegerNodes);
