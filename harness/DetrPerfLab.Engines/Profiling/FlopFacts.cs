using DetrPerfLab.Onnx.Proto;

namespace DetrPerfLab.Engines;

/// <summary>Arithmetic of a model at one input size: the shapes come from one inference by ONNX Runtime, so that they hold for any operator.</summary>
static class FlopFacts
{
    /// <summary>Operations of the FP32 graph, which every variant of the model computes. Kept in the cache.</summary>
    internal static FlopCount Of(VariantModel model, ArtefactCache cache, TensorSet inputs)
    {
        var artefact = cache.Get(model, OnnxRecipes.Fp32);
        var images = string.Join('x', inputs.MaxBy(t => t.Count)!.Shape.ToArray());
        return SideFile.Get(cache.Beside(model, artefact, $".flops-{images}.json"), artefact.Info.Sha256, () => Count(OnnxFile.Load(artefact.Path), inputs));
    }

    internal static FlopCount Count(ModelProto model, TensorSet inputs)
    {
        // Sequences and optional values have no shape.
        var values = model.Graph.Node
            .Where(n => !n.OpType.Contains("Sequence", StringComparison.Ordinal) && !n.OpType.StartsWith("Optional", StringComparison.Ordinal))
            .SelectMany(n => n.Output).Where(o => o.Length > 0).ToList();
        var shapes = new OrtCalibrationRunner().Shapes(model, values, inputs).ToDictionary(StringComparer.Ordinal);
        foreach (var tensor in inputs) { shapes[tensor.Name] = tensor.Shape.ToArray(); }
        return FlopCounter.Count(model, shapes);
    }
}
