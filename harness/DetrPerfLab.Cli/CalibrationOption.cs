using System.CommandLine;

namespace DetrPerfLab.Cli;

/// <summary>The options that name calibration images, shared by <c>quantize</c> and <c>sensitivity</c>.</summary>
sealed class CalibrationOption
{
    const string Synthetic = "synthetic";

    readonly Option<string> _calibrate = new("--calibrate")
    {
        Description = "Calibration images: a folder of photographs, a COCO folder (images/), or 'synthetic' for built-in pictures.",
        DefaultValueFactory = _ => Synthetic,
    };

    readonly Option<int> _images = new Option<int>("--calibration-images") { Description = "Maximum number of calibration images.", DefaultValueFactory = _ => 32 }.Within(1, 1_000_000);
    readonly Option<CalibrationMethod?> _method = new("--calibration") { Description = "How activation ranges are chosen; default: percentile with photographs, minMax with built-in pictures." };
    readonly Option<double> _percentile = new Option<double>("--percentile") { Description = "Percentage of the values that --calibration percentile keeps.", DefaultValueFactory = _ => new StaticOptions().Percentile }.Within(50, 100);
    readonly Option<int?> _size = SharedOptions.Size();

    internal IEnumerable<Option> All => [_calibrate, _images, _method, _percentile, _size];

    internal StaticOptions Apply(ParseResult parsed, StaticOptions options) =>
        options with
        {
            Calibration = parsed.GetValue(_method) ?? new CalibrationChoice { Folder = parsed.GetValue(_calibrate) is { } folder and not Synthetic ? folder : null }.Method,
            Percentile = parsed.GetValue(_percentile),
        };

    internal DetectorOptions Detector(ParseResult parsed) => new() { Size = parsed.GetValue(_size), Threads = Environment.ProcessorCount };

    internal CalibrationImages Images(ParseResult parsed, string model)
    {
        var most = parsed.GetValue(_images);
        if (most < 1) { throw LabError.OutOfRange(most, "1 or more", "--calibration-images"); }
        var header = OnnxHeader.Read(model);
        var family = DetectorFamilies.Match(header.Inputs, header.Outputs);
        var from = parsed.GetValue(_calibrate)!;
        return from == Synthetic
            ? CalibrationImages.Synthetic(header.Inputs, family, most, Detector(parsed))
            : CalibrationImages.Of(header.Inputs, family, CalibrationImages.InFolder(from), most, Detector(parsed));
    }
}
