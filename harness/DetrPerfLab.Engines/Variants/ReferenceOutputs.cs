using System.Security.Cryptography;
using System.Text;

namespace DetrPerfLab.Engines;

/// <summary>What a variant's outputs are compared with before it is timed: those of another, independent implementation on the same inputs.</summary>
/// <remarks>Kept beside the model's artefacts, so that a case's own process neither loads a second runtime nor waits for it.</remarks>
static class ReferenceOutputs
{
    /// <summary>The largest distance of variants that compute in FP32: the bounds of <c>detrlab parity</c>, 15 times the original's own distance to FP64.</summary>
    internal const double LogitsBound = 2e-4;
    internal const double BoxesBound = 2e-5;

    /// <summary>The smallest cosine of logits of variants with fewer bits: below it the outputs are another model's, not a coarser one's.</summary>
    internal const double CosineBound = 0.8;
    const string UnoptimisedGraph = "ort-fp32-disabled";

    /// <summary>
    /// Whom a variant is compared with: the eager baseline, and the baseline itself with the unoptimised ONNX graph. A model that is an ONNX file has no eager form:
    /// there the unoptimised graph is the reference, and it is compared with the optimised one.
    /// </summary>
    internal static string ReferenceOf(Variant variant, VariantModel? model = null) =>
        model?.Onnx is null ? (variant.Name == VariantName.Baseline ? UnoptimisedGraph : VariantName.Baseline)
        : variant.Name == UnoptimisedGraph ? "ort-fp32" : UnoptimisedGraph;

    /// <summary>The reference's outputs, computed first where they are missing; the name tells these inputs from others: <c>synthetic 800x1066</c>.</summary>
    internal static TensorSet Get(VariantModel model, string reference, Func<TensorSet> makeInputs, string inputsName, ArtefactCache cache)
    {
        var key = SHA256.HashData(Encoding.UTF8.GetBytes($"{model.Identity}\n{reference}\n{inputsName}\n{BuildId.Of(typeof(ReferenceOutputs))}"));
        var path = Path.Combine(cache.Folder, model.Name, $"reference-{Convert.ToHexStringLower(key)[..12]}.bin");
        if (File.Exists(path)) { return SavedOutputs.Read(path); }

        using var engine = VariantRegistry.Get(reference).Create(model, new EngineSettings(), cache);
        var inputs = makeInputs();
        var outputs = engine.Engine.AllocateOutputs(inputs);
        engine.Engine.Run(inputs, outputs);
        engine.Engine.Synchronize();
        SavedOutputs.Write(path, outputs);
        return outputs;
    }

    /// <summary>Compares, and refuses a variant that computes something else: a fast wrong engine must fail here, not appear in a report.</summary>
    /// <exception cref="LabException">It lies further off than <see cref="Variant.IsExact"/> allows; exit code 1.</exception>
    internal static AgreementInfo ThrowIfDiverged(Variant variant, string reference, TensorSet expected, TensorSet actual)
    {
        var agreement = SavedOutputs.Compare(reference, expected, actual);
        if (variant.IsExact && (agreement.LogitsMaxAbs > LogitsBound || agreement.BoxesMaxAbs > BoxesBound))
        {
            throw agreement.BoxesMaxAbs is { } boxes
                ? Diverged($"logits {agreement.LogitsMaxAbs:G3}, boxes {boxes:G3}", $"at most {LogitsBound:G3} and {BoxesBound:G3}")
                : Diverged($"{agreement.LogitsMaxAbs:G3}", $"at most {LogitsBound:G3}");
        }

        if (!variant.IsExact && agreement.LogitsCosine < CosineBound)
        {
            throw Diverged($"a cosine of logits or scores of {agreement.LogitsCosine:F3}", $"at least {CosineBound}");
        }

        return agreement;

        LabException Diverged(string found, string needed) => LabError.CheckFailed(
            $"Variant '{variant.Name}' differs from '{reference}' by {found}, needed {needed}. It gets no times. See where it starts: detrlab parity");
    }
}
