using System.CommandLine;
using DetrPerfLab.Core;
using DetrPerfLab.Detecting;
using DetrPerfLab.Engines;
using DetrPerfLab.Onnx;

namespace DetrPerfLab.Cli;

/// <summary>The options that name calibration images, shared by <c>quantize</c> and <c>sensitivity</c>.</summary>
sealed class CalibrationOption
{
    const string Synthetic = "synthetic";

    readonly Option<string> _calibrate = new("--calibrate")
    {
        Description = "Folder of photographs, a COCO folder (images/), or 'synthetic' for built-in pictures.",
        DefaultValueFactory = _ => Synthetic,
    };

    readonly Option<int> _images = new("--calibration-images") { Description = "Most images to use.", DefaultValueFactory = _ => 32 };
    readonly Option<CalibrationMethod> _method = new("--calibration") { Description = "How ranges are chosen.", DefaultValueFactory = _ => CalibrationMethod.MinMax };
    readonly Option<int?> _size = new("--size") { Description = "Shorter side of the images in pixels, where the model leaves it open." };

    internal IEnumerable<Option> All => [_calibrate, _images, _method, _size];

    internal CalibrationMethod Method(ParseResult parsed) => parsed.GetValue(_method);

    internal DetectorOptions Detector(ParseResult parsed) => new() { Size = parsed.GetValue(_size), Threads = Environment.ProcessorCount };

    internal CalibrationImages Images(ParseResult parsed, string model)
    {
        var most = parsed.GetValue(_images);
        if (most < 1) { throw LabError.OutOfRange(most, "1 or more", "--calibration-images"); }
        using var engine = new OrtEngine(model, new OrtEngineOptions());
        var from = parsed.GetValue(_calibrate)!;
        if (from == Synthetic) { return CalibrationImages.Synthetic(engine.Inputs, engine.Outputs, most, Detector(parsed)); }
        var folder = Directory.Exists(Path.Combine(from, "images")) ? Path.Combine(from, "images") : from;
        return CalibrationImages.Of(engine.Inputs, engine.Outputs, ImageFiles.Expand([folder]), most, Detector(parsed));
    }
}
