using DetrPerfLab.Core;
using DetrPerfLab.Onnx.Proto;

namespace DetrPerfLab.Onnx;

/// <summary>Converts a file into a file: loads, converts, writes how it was made into the metadata, saves. Nothing is left where something fails.</summary>
public static class ModelQuantizer
{
    /// <summary>float16.</summary>
    public const string Fp16Precision = "fp16";

    /// <summary>Weights stored as float16, float32 arithmetic.</summary>
    public const string Fp16WeightsPrecision = "fp16-weights";

    /// <summary>INT8, activations quantised at run time.</summary>
    public const string DynamicPrecision = "int8-dynamic";

    /// <summary>INT8, activations calibrated; mixed by the plan.</summary>
    public const string StaticPrecision = "int8-static";

    /// <summary>The names of all.</summary>
    public static IReadOnlyList<string> Precisions { get; } = [Fp16Precision, Fp16WeightsPrecision, DynamicPrecision, StaticPrecision];

    /// <summary>Converts to float16.</summary>
    /// <param name="source">ONNX file.</param>
    /// <param name="target">Written whole or not at all.</param>
    /// <param name="options">What stays float32.</param>
    /// <exception cref="LabException">The model cannot be read or converted.</exception>
    public static ConversionReport Fp16(string source, string target, Fp16Options options)
    {
        var result = Fp16Converter.Convert(OnnxFile.Load(source), options);
        return Save(result, source, target, Fp16Precision, options, null);
    }

    /// <summary>Stores weights as float16.</summary>
    /// <inheritdoc cref="Fp16"/>
    public static ConversionReport Fp16Weights(string source, string target, HalfStorageOptions options)
    {
        var result = HalfStorage.Convert(OnnxFile.Load(source), options);
        return Save(result, source, target, Fp16WeightsPrecision, options, null);
    }

    /// <summary>Converts to INT8 with activations quantised at run time.</summary>
    /// <inheritdoc cref="Fp16"/>
    public static ConversionReport Dynamic(string source, string target, QuantizationOptions options)
    {
        var result = DynamicQuantizer.Convert(OnnxFile.Load(source), options);
        return Save(result, source, target, DynamicPrecision, options, null);
    }

    /// <summary>Calibrates and converts to INT8.</summary>
    /// <param name="source">ONNX file.</param>
    /// <param name="target">Written whole or not at all.</param>
    /// <param name="options">Plan, types, calibration.</param>
    /// <param name="runner">Runs the float model.</param>
    /// <param name="inputs">What it is run on.</param>
    /// <param name="calibration">Memory and progress.</param>
    /// <exception cref="LabException">The model cannot be read, run or converted.</exception>
    public static ConversionReport Static(
        string source, string target, StaticOptions options, ICalibrationRunner runner, IReadOnlyCollection<TensorSet> inputs, CalibrationOptions calibration)
    {
        var (result, table) = Calibrated(OnnxFile.Load(source), options, runner, inputs, calibration);
        return Save(result, source, target, StaticPrecision, options, table.InputSha256);
    }

    /// <summary>Calibrates and converts a model in memory.</summary>
    /// <inheritdoc cref="Static"/>
    public static (ConversionResult Result, CalibrationTable Table) Calibrated(
        ModelProto model, StaticOptions options, ICalibrationRunner runner, IReadOnlyCollection<TensorSet> inputs, CalibrationOptions calibration)
    {
        var quantizer = new StaticQuantizer(model, options);
        var table = ActivationCalibration.Run(runner, quantizer.Prepared, quantizer.TensorsToCalibrate, inputs, calibration);
        return (quantizer.Convert(table.Ranges(options.Calibration, options.Percentile)), table);
    }

    static ConversionReport Save<T>(ConversionResult result, string source, string target, string precision, T options, string? calibrationSha256)
    {
        ModelProvenance.Stamp(result.Model, precision, FileHash.Sha256(source), options, calibrationSha256);
        OnnxFile.Save(result.Model, target);
        return result.Report;
    }
}
