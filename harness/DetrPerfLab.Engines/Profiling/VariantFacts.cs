using DetrPerfLab.Core;
using DetrPerfLab.Engines.Torch;
using DetrPerfLab.Onnx;

namespace DetrPerfLab.Engines;

/// <summary>Why a variant is as fast as it is.</summary>
/// <param name="Flops">Operations of one inference, a multiply-add as two, counted on the FP32 graph; null where it could not be counted.</param>
/// <param name="Findings">In plain words, each with the figure behind it.</param>
public sealed record VariantWhy(double? Flops, IReadOnlyList<Finding> Findings);

/// <summary>What a result says of its variant beside the measurement: call it in the host, never in the process that measures.</summary>
public static class VariantFacts
{
    /// <summary>Finds it out: seconds at first, then it is read from files in the cache.</summary>
    /// <param name="model">The model.</param>
    /// <param name="variant">The variant.</param>
    /// <param name="settings">As it was measured.</param>
    /// <param name="cache">Where artefacts are.</param>
    /// <param name="size">Of each image.</param>
    /// <param name="batch">Images of one inference.</param>
    /// <param name="machine">The machine that measured: this one.</param>
    /// <remarks>What cannot be found out, since the machine lacks a library or a device, becomes a finding with the reason.</remarks>
    public static VariantWhy Of(VariantModel model, Variant variant, EngineSettings settings, ArtefactCache cache, ImageSize size, int batch, MachineInfo machine)
    {
        var findings = new List<Finding>(VariantFindings.Threads(settings.EffectiveThreads, machine));
        double? flops = null;
        try
        {
            var count = FlopFacts.Of(model, cache, size, batch);
            flops = count.Total;
            findings.AddRange(VariantFindings.Work(count));
            findings.AddRange(variant.Recipe is null
                ? VariantFindings.Torch(variant.Name, TorchRuntime.Facts.ToDictionary(), TorchRuntime.BFloat16Kernels, machine)
                : VariantFindings.Ort(variant.Name, GraphOf(model, variant, cache, machine), machine));
        }
        catch (LabException reason) when (reason.ExitCode == ExitCode.Missing)
        {
            findings.Add(new("unknown", $"not looked into: {reason.Message}"));
        }

        return new(flops, findings);
    }

    static GraphChange GraphOf(VariantModel model, Variant variant, ArtefactCache cache, MachineInfo machine)
    {
        var artefact = cache.Get(model, variant.Recipe!);
        // The graph depends on the processor: layouts and fused forms are chosen for it.
        return SideFile.Get(cache.Beside(model, artefact, $".{variant.Name}.why.json"), $"{artefact.Info.Sha256} {OrtEngine.Version} {string.Join(' ', machine.Isa)}", () =>
            new GraphChange(OnnxFile.Load(artefact.Path).Graph.Node.Count, GraphFacts.Of(OptimizedGraphReader.Read(model, variant, cache))));
    }
}

/// <summary>A graph before and after ONNX Runtime's own optimisations.</summary>
/// <param name="NodesBefore">Nodes of the file.</param>
/// <param name="After">What really runs.</param>
sealed record GraphChange(int NodesBefore, GraphFacts After);
