using DetrPerfLab.Onnx;
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

    internal static OnnxRecipe Fp16 { get; } = new("fp16", build =>
    {
        var (source, sha256) = Source(build);
        var options = new Fp16Options();
        return Stamped(Fp16Converter.Convert(source, options).Model, "fp16", sha256, options);
    });

    internal static OnnxRecipe Fp16Weights { get; } = new("fp16-weights", build =>
    {
        var (source, sha256) = Source(build);
        var options = new HalfStorageOptions();
        return Stamped(HalfStorage.Convert(source, options).Model, "fp16-weights", sha256, options);
    });

    internal static OnnxRecipe Int8Dynamic { get; } = new("int8-dynamic", build =>
    {
        var (source, sha256) = Source(build);
        var options = new QuantizationOptions { Plan = QuantizationPlan.AllDynamic };
        return Stamped(DynamicQuantizer.Convert(source, options).Model, "int8-dynamic", sha256, options);
    });

    internal static OnnxRecipe Int8Static { get; } = new("int8-static", build => Static(build, build.Model.Calibration.Apply(QuantizationPlan.Mixed))) { IsCalibrated = true };

    internal static OnnxRecipe Int8StaticAll { get; } = new("int8-static-all", build => Static(build, QuantizationPlan.AllStatic)) { IsCalibrated = true };

    /// <summary>What TensorRT takes as it is; it computes the linear layers in half precision, so they stay float here.</summary>
    internal static OnnxRecipe Int8TensorRt { get; } = new(
        "int8-tensorrt", build => Static(build, build.Model.Calibration.Apply(QuantizationPlan.Convolutions), new() { ForTensorRt = true, ReduceRange = false }))
    { IsCalibrated = true };

    static ModelProto Static(RecipeInputs build, QuantizationPlan plan, StaticOptions? target = null)
    {
        var (source, sha256) = Source(build);
        var method = build.Model.Calibration.Folder is null ? CalibrationMethod.MinMax : CalibrationMethod.Percentile;
        var options = (target ?? new()) with { Plan = plan, Calibration = method };
        var quantizer = new StaticQuantizer(source, options);
        var (count, inputs) = build.Model.CalibrationInputs();
        var table = ActivationCalibration.Run(
            new OrtCalibrationRunner(), quantizer.Prepared, quantizer.TensorsToCalibrate, inputs, count, new CalibrationOptions { Progress = build.Progress });
        var model = quantizer.Convert(table.Ranges(options.Calibration, options.Percentile)).Model;
        return Stamped(model, "int8-static", sha256, options, table.InputSha256);
    }

    static (ModelProto Model, string Sha256) Source(RecipeInputs build)
    {
        var artefact = build.Artefact(Fp32);
        return (OnnxFile.Load(artefact.Path), artefact.Info.Sha256);
    }

    static ModelProto Stamped<T>(ModelProto model, string precision, string sourceSha256, T options, string? calibrationSha256 = null)
    {
        ModelProvenance.Stamp(model, precision, sourceSha256, options, calibrationSha256);
        return model;
    }
}
