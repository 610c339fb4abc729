using DetrPerfLab.Onnx.Proto;

namespace DetrPerfLab.Engines;

/// <summary>How the model files of the variants are made; each from the FP32 model.</summary>
static class OnnxRecipes
{
    /// <summary>The export; of an ONNX file that file itself, or one whole file where its weights lie apart: the hash of the artefact then covers them.</summary>
    internal static OnnxRecipe Fp32 { get; } = new(
        "fp32", build => build.Model.Onnx is { } onnx ? OnnxFile.Load(onnx.Path) : DetrExporter.Export(build.Model.LoadWeights(), new ExportOptions()))
    {
        Ready = model => model.Onnx is { Header.HasExternalData: false } onnx ? new(onnx.Path, onnx.Info) : null,
    };

    internal static OnnxRecipe Fp16 { get; } = new("fp16", build => ModelQuantizer.Fp16(Source(build)).Model);

    internal static OnnxRecipe Fp16Weights { get; } = new("fp16-weights", build => ModelQuantizer.Fp16Weights(Source(build)).Model);

    internal static OnnxRecipe Int8Dynamic { get; } = new("int8-dynamic", build => ModelQuantizer.Dynamic(Source(build), new() { Plan = QuantizationPlan.AllDynamic }).Model);
    internal static OnnxRecipe Int8Static { get; } = new("int8-static", build => Static(build, build.Model.Calibration.Apply(QuantizationPlan.Mixed))) { IsCalibrated = true };

    /// <summary>What the archive of libtorch takes its ranges and codes from: it quantises nothing at run time.</summary>
    internal static OnnxRecipe Int8StaticFeedForward { get; } = new("int8-static-feed-forward", build => Static(build, build.Model.Calibration.Apply(QuantizationPlan.MixedStaticFeedForward))) { IsCalibrated = true };

    /// <summary>The export with operators of ONNX Runtime's own.</summary>
    internal static OnnxRecipe Fp32Fused { get; } = new("fp32-fused", build => build.Model.Config is DetrConfig
        ? DetrExporter.Export(build.Model.LoadWeights(), new ExportOptions { OrtOperators = true })
        : throw LabError.Missing($"The export with ONNX Runtime's own operators is made of a DETR's weights, and {build.Model.Name} is {(build.Model.Onnx is null ? "none" : "an ONNX file")}. Take the variant without '-fused'."));

    internal static OnnxRecipe Int8StaticFused { get; } = new("int8-static-fused", build => Static(build, build.Model.Calibration.Apply(QuantizationPlan.Mixed), source: Fp32Fused)) { IsCalibrated = true };
    internal static OnnxRecipe Int8StaticAll { get; } = new("int8-static-all", build => Static(build, QuantizationPlan.AllStatic)) { IsCalibrated = true };

    /// <summary>What TensorRT takes as it is; it computes the linear layers in half precision, so they stay float here.</summary>
    internal static OnnxRecipe Int8TensorRt { get; } = new(
        "int8-tensorrt", build => Static(build, build.Model.Calibration.Apply(QuantizationPlan.Convolutions), new() { ForTensorRt = true, ReduceRange = false }))
    { IsCalibrated = true };

    static ModelProto Static(RecipeInputs build, QuantizationPlan plan, StaticOptions? target = null, OnnxRecipe? source = null)
    {
        var options = (target ?? new()) with { Plan = plan, Calibration = build.Model.Calibration.Method };
        var (count, inputs) = build.Model.CalibrationInputs();
        return ModelQuantizer.Static(Source(build, source), options, new OrtCalibrationRunner(), inputs, count, build.Progress).Model;
    }

    static ConversionSource Source(RecipeInputs build, OnnxRecipe? recipe = null)
    {
        var artefact = build.Artefact(recipe ?? Fp32);
        return new(OnnxFile.Load(artefact.Path), artefact.Info.Sha256);
    }
}
