namespace DetrPerfLab.Onnx;

/// <summary>A float model that is to be converted.</summary>
/// <param name="Model">Left as it is.</param>
/// <param name="Sha256">Of the file that it came from.</param>
public sealed record ConversionSource(ModelProto Model, string Sha256)
{
    /// <exception cref="LabException">The file cannot be read.</exception>
    public static ConversionSource Load(string path) => new(OnnxFile.Load(path), FileHash.Sha256(path));
}

/// <summary>Converts a model and writes how that was done into its metadata: the one way for commands and for the variants' recipes, so that both make the same file.</summary>
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
    /// <exception cref="LabException">The model cannot be converted.</exception>
    public static ConversionResult Fp16(ConversionSource source, Fp16Options options) =>
        Stamped(Fp16Converter.Convert(source.Model, options), source, Fp16Precision, options);

    /// <summary>Stores weights as float16.</summary>
    /// <inheritdoc cref="Fp16"/>
    public static ConversionResult Fp16Weights(ConversionSource source, HalfStorageOptions options) =>
        Stamped(HalfStorage.Convert(source.Model, options), source, Fp16WeightsPrecision, options);

    /// <summary>Converts to INT8 with activations quantised at run time.</summary>
    /// <inheritdoc cref="Fp16"/>
    public static ConversionResult Dynamic(ConversionSource source, QuantizationOptions options) =>
        Stamped(DynamicQuantizer.Convert(source.Model, options), source, DynamicPrecision, options);

    /// <summary>Calibrates and converts to INT8.</summary>
    /// <param name="source">The float model.</param>
    /// <param name="options">Plan, types, calibration.</param>
    /// <param name="runner">Runs the float model.</param>
    /// <param name="inputs">What it is run on, the same each time that it is enumerated.</param>
    /// <param name="count">How many those are.</param>
    /// <param name="calibration">Memory and progress.</param>
    /// <exception cref="LabException">The model cannot be run or converted.</exception>
    public static ConversionResult Static(
        ConversionSource source, StaticOptions options, ICalibrationRunner runner, IEnumerable<TensorSet> inputs, int count, CalibrationOptions calibration)
    {
        var quantizer = new StaticQuantizer(source.Model, options);
        var table = ActivationCalibration.Run(runner, quantizer.Prepared, quantizer.TensorsToCalibrate, inputs, count, calibration);
        return Stamped(quantizer.Convert(table.Ranges(options.Calibration, options.Percentile)), source, StaticPrecision, options, table.InputSha256);
    }

    static ConversionResult Stamped<T>(ConversionResult result, ConversionSource source, string precision, T options, string? calibrationSha256 = null)
    {
        ModelProvenance.Stamp(result.Model, precision, source.Sha256, options, calibrationSha256);
        return result;
    }
}
