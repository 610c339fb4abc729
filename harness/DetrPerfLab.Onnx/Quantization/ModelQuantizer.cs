using System.Text.Json;

namespace DetrPerfLab.Onnx;

/// <summary>A float model that is to be converted, and the sha256 of the file that it came from.</summary>
public sealed record ConversionSource(ModelProto Model, string Sha256)
{
    /// <summary>What the source takes, external data counted; 0 where it comes from no file.</summary>
    public long Bytes { get; private init; }

    /// <summary>The same with metadata that its conversions keep.</summary>
    public ConversionSource Saying(IReadOnlyDictionary<string, string> metadata)
    {
        var model = Model.Clone();
        foreach (var (key, value) in metadata) { model.SetMetadata(key, value); }
        return this with { Model = model };
    }

    public static ConversionSource Load(string path) => new(OnnxFile.Load(path, out var bytes), FileHash.Sha256(path)) { Bytes = bytes };
}

/// <summary>Nodes that now compute in the lower precision; nodes that could and do not, with the reason; sentences that the user should read.</summary>
public sealed record ConversionReport(IReadOnlyList<string> Converted, IReadOnlyDictionary<string, string> Kept, IReadOnlyList<string> Warnings);

/// <summary>A converted model and what was done; the source stays as it was.</summary>
public sealed record ConversionResult(ModelProto Model, ConversionReport Report);

/// <summary>Converts a model and writes how that was done into its metadata: the one way for commands and for the variants' recipes, so that both make the same file.</summary>
/// <remarks>The metadata hold no time and no path: the same source and options give the same bytes.</remarks>
public static class ModelQuantizer
{
    public const string Fp16Precision = "fp16", Fp16WeightsPrecision = "fp16-weights", DynamicPrecision = "int8-dynamic", StaticPrecision = "int8-static";
    public static IReadOnlyList<string> Precisions { get; } = [Fp16Precision, Fp16WeightsPrecision, DynamicPrecision, StaticPrecision];

    // Keys of the metadata. The calibration's is absent where no inputs were used.
    internal const string SourceKey = "detrlab.source.sha256", PrecisionKey = "detrlab.precision", OptionsKey = "detrlab.options",
        CalibrationKey = "detrlab.calibration.sha256", VersionKey = "detrlab.version";

    public static ConversionResult Fp16(ConversionSource source) => Stamped(Fp16Converter.Convert(source.Model), source, Fp16Precision, new Fp16Options());

    public static ConversionResult Fp16Weights(ConversionSource source) =>
        Stamped(HalfStorage.Convert(source.Model, new()), source, Fp16WeightsPrecision, new HalfStorageOptions());

    public static ConversionResult Dynamic(ConversionSource source, QuantizationOptions options) =>
        Stamped(DynamicQuantizer.Convert(source.Model, options), source, DynamicPrecision, options);

    /// <summary>Calibrates on <paramref name="count"/> inputs, the same each time that they are enumerated, and converts to INT8.</summary>
    public static ConversionResult Static(
        ConversionSource source, StaticOptions options, ICalibrationRunner runner, IEnumerable<TensorSet> inputs, int count, Action<long, long>? progress = null,
        CalibrationCheckpoint? checkpoint = null, CancellationToken cancellation = default)
    {
        var quantizer = new StaticQuantizer(source.Model, options);
        var table = ActivationCalibration.Run(runner, quantizer.Prepared, quantizer.TensorsToCalibrate, inputs, count, progress, checkpoint: checkpoint, cancellation: cancellation);
        return Stamped(quantizer.Convert(table.Ranges(options)), source, StaticPrecision, options, table.InputSha256);
    }

    /// <summary>Converts to INT8 with what parts of a calibration found on other machines.</summary>
    /// <param name="about">As the parts were told of all inputs.</param>
    public static ConversionResult Static(ConversionSource source, StaticOptions options, IReadOnlyList<CalibrationPart> parts, string about)
    {
        var quantizer = new StaticQuantizer(source.Model, options);
        var table = CalibrationPart.Merge(parts, source, quantizer.TensorsToCalibrate, about);
        return Stamped(quantizer.Convert(table.Ranges(options)), source, StaticPrecision, options, table.InputSha256);
    }

    static ConversionResult Stamped<T>(ConversionResult result, ConversionSource source, string precision, T options, string? calibrationSha256 = null)
    {
        result.Model.SetMetadata(SourceKey, source.Sha256);
        result.Model.SetMetadata(PrecisionKey, precision);
        result.Model.SetMetadata(OptionsKey, JsonSerializer.Serialize(options, LabJson.OneLine));
        result.Model.SetMetadata(CalibrationKey, calibrationSha256);
        result.Model.SetMetadata(VersionKey, typeof(ModelQuantizer).Assembly.GetName().Version?.ToString(3) ?? "0.0.0");
        return result;
    }
}
