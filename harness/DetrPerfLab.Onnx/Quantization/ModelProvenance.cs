using System.Text.Json;

namespace DetrPerfLab.Onnx;

/// <summary>How a converted file was made, kept in its metadata. No time and no path: the same source and options give the same bytes.</summary>
public static class ModelProvenance
{
    /// <summary>Lower-case hex sha256 of the file that was converted.</summary>
    public const string SourceSha256 = "detrlab.source.sha256";

    /// <summary>One of <see cref="ModelQuantizer.Precisions"/>.</summary>
    public const string Precision = "detrlab.precision";

    /// <summary>The options as JSON on one line.</summary>
    public const string Options = "detrlab.options";

    /// <summary>sha256 over the calibration inputs in order; absent where none were used.</summary>
    public const string CalibrationSha256 = "detrlab.calibration.sha256";

    /// <summary>Version of the lab.</summary>
    public const string LabVersion = "detrlab.version";

    static readonly JsonSerializerOptions s_oneLine = new(LabJson.Options) { WriteIndented = false };

    /// <summary>Writes the entries.</summary>
    public static void Stamp<T>(ModelProto model, string precision, string sourceSha256, T options, string? calibrationSha256)
    {
        model.SetMetadata(SourceSha256, sourceSha256);
        model.SetMetadata(Precision, precision);
        model.SetMetadata(Options, JsonSerializer.Serialize(options, s_oneLine));
        model.SetMetadata(CalibrationSha256, calibrationSha256);
        model.SetMetadata(LabVersion, Version);
    }

    static string Version { get; } = typeof(ModelProvenance).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";
}
