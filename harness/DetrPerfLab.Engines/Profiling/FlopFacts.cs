using DetrPerfLab.Core;
using DetrPerfLab.Models;
using DetrPerfLab.Onnx;
using DetrPerfLab.Onnx.Proto;

namespace DetrPerfLab.Engines;

/// <summary>Arithmetic of a model at one input size: the shapes come from one inference by ONNX Runtime, so that they hold for any operator.</summary>
public static class FlopFacts
{
    /// <summary>Operations of the FP32 graph, which every variant of the model computes. Kept beside that file.</summary>
    /// <param name="model">The model.</param>
    /// <param name="cache">Where its files are.</param>
    /// <param name="size">Of each image.</param>
    /// <param name="batch">Images.</param>
    public static FlopCount Of(VariantModel model, ArtefactCache cache, ImageSize size, int batch)
    {
        var artefact = cache.Get(model, OnnxRecipes.Fp32);
        return SideFile.Get($"{artefact.Path}.flops-{size}x{batch}.json", artefact.Info.Sha256, () =>
        {
            var sizes = new ImageSize[batch];
            Array.Fill(sizes, size);
            return Count(OnnxFile.Load(artefact.Path), SyntheticImages.CreateBatch(sizes));
        });
    }

    /// <summary>Operations of any model for given inputs.</summary>
    /// <exception cref="LabException">The model does not run on them.</exception>
    public static FlopCount Count(ModelProto model, TensorSet inputs)
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
