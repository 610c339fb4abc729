using DetrPerfLab.Core;
using DetrPerfLab.Models;
using DetrPerfLab.Onnx;
using DetrPerfLab.Onnx.Proto;

namespace DetrPerfLab.Engines;

/// <summary>How the model files of the variants are made; each from the FP32 export.</summary>
static class OnnxRecipes
{
    /// <summary>Images that INT8 ranges come from; not the one that is timed and compared, which is image 0.</summary>
    const int CalibrationImages = 8;

    static readonly ImageSize s_calibrationSize = new(800, 1066);

    internal static OnnxRecipe Fp32 { get; } = new("fp32", build => DetrExporter.Export(build.Model.LoadWeights(), new ExportOptions()));

    internal static OnnxRecipe Fp16 { get; } = new("fp16", build =>
    {
        var (source, sha256) = Source(build);
        var options = new Fp16Options();
        return Stamped(Fp16Converter.Convert(source, options).Model, "fp16", sha256, options);
    });

    internal static OnnxRecipe Int8Dynamic { get; } = new("int8-dynamic", build =>
    {
        var (source, sha256) = Source(build);
        var options = new QuantizationOptions { Plan = QuantizationPlan.AllDynamic };
        return Stamped(DynamicQuantizer.Convert(source, options).Model, "int8-dynamic", sha256, options);
    });

    internal static OnnxRecipe Int8Static { get; } = new("int8-static", build => Static(build, QuantizationPlan.Mixed));

    internal static OnnxRecipe Int8StaticAll { get; } = new("int8-static-all", build => Static(build, QuantizationPlan.AllStatic));

    static ModelProto Static(OnnxBuild build, QuantizationPlan plan)
    {
        var (source, sha256) = Source(build);
        var options = new StaticOptions { Plan = plan };
        var quantizer = new StaticQuantizer(source, options);
        var table = ActivationCalibration.Run(
            new OrtCalibrationRunner(), quantizer.Prepared, quantizer.TensorsToCalibrate,
            Enumerable.Range(1, CalibrationImages).Select(i => SyntheticImages.CreateBatchFrom(i, s_calibrationSize)), CalibrationImages,
            new CalibrationOptions { Progress = build.Progress });
        var model = quantizer.Convert(table.Ranges(options.Calibration, options.Percentile)).Model;
        return Stamped(model, "int8-static", sha256, options, table.InputSha256);
    }

    static (ModelProto Model, string Sha256) Source(OnnxBuild build)
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
