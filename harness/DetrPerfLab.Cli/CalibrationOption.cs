using System.CommandLine;
using System.CommandLine.Parsing;
using DetrPerfLab.Onnx.Proto;

namespace DetrPerfLab.Cli;

/// <summary>The options that name calibration images, shared by <c>quantize</c> and <c>sensitivity</c>.</summary>
sealed class CalibrationOption
{
    const string Synthetic = "synthetic";

    readonly Option<string> _calibrate = new("--calibrate")
    {
        Description = "Calibration images: a folder of photographs, a COCO folder (images/), or 'synthetic' for built-in pictures. For a model of any other kind: a folder of "
            + ".npy or .pb tensors, one file a sample, or for several inputs a sub-folder a sample with NAME.npy or input_0.pb for each.",
        DefaultValueFactory = _ => Synthetic,
    };

    readonly Option<int> _images = new Option<int>("--calibration-images") { Description = "Maximum number of calibration images or samples.", DefaultValueFactory = _ => 32 }.Within(1, 1_000_000);
    readonly Option<CalibrationMethod?> _method = new("--calibration") { Description = "How activation ranges are chosen; default: percentile with photographs, minMax with built-in pictures." };
    readonly Option<double> _percentile = new Option<double>("--percentile") { Description = "Percentage of the values that --calibration percentile keeps.", DefaultValueFactory = _ => new StaticOptions().Percentile }.Within(50, 100);
    readonly Option<int?> _size = SharedOptions.Size();

    readonly FamilyArguments _family = new();

    internal IEnumerable<Option> All => [.. OfImages, .. _family.All];
    internal IEnumerable<Option> OfImages => [_calibrate, _images, _method, _percentile, _size];

    internal ModelUse Use(ParseResult parsed, string model) => ModelFile.UseOf(model, _family.Read(parsed));

    /// <summary>What was said of the model, for the metadata of its conversions; nothing of a model of no family.</summary>
    internal IReadOnlyDictionary<string, string> Said(ParseResult parsed, string model)
    {
        try { return Use(parsed, model).ToMetadata(); }
        catch (LabException) when (_family.Read(parsed) == new FamilyOptions()) { return new Dictionary<string, string>(); }
    }

    internal StaticOptions Apply(ParseResult parsed, StaticOptions options) =>
        options with
        {
            Calibration = parsed.GetValue(_method) ?? new CalibrationChoice { Folder = parsed.GetValue(_calibrate) is { } folder and not Synthetic ? folder : null }.Method,
            Percentile = parsed.GetValue(_percentile),
        };

    internal DetectorOptions Detector(ParseResult parsed) => new() { Size = parsed.GetValue(_size), Threads = Environment.ProcessorCount };

    /// <param name="shard">The part of them that is wanted; null for all.</param>
    internal IReadOnlyCollection<TensorSet> Inputs(ParseResult parsed, string model, ModelProto loaded, Shard? shard = null)
    {
        var part = shard ?? new Shard(1, 1);
        var most = parsed.GetValue(_images);
        var from = parsed.GetValue(_calibrate)!;
        if (from != Synthetic && CalibrationTensors.AreIn(from)) { return CalibrationTensors.Of(loaded, from, most).Part(part); }
        var use = KnownUse(parsed, model);
        var images = from == Synthetic
            ? CalibrationImages.Synthetic(use, most, Detector(parsed))
            : CalibrationImages.Of(use, CalibrationImages.InFolder(from), most, Detector(parsed));
        return images.Part(part);
    }

    /// <summary>Of this command line, but for where its result goes, on this model and these images as they are on the disk.</summary>
    internal CalibrationCheckpoint Checkpoint(ParseResult parsed, string modelSha256) => new(JournalFolder, Key(parsed, modelSha256));

    /// <summary>The images of all parts, alike on every machine: their names and sizes, not where they lie.</summary>
    internal string About(ParseResult parsed)
    {
        var from = parsed.GetValue(_calibrate)!;
        var images = from == Synthetic ? []
            : (CalibrationTensors.AreIn(from) ? [.. Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)] : CalibrationImages.InFolder(from)).Select(f => $"{Path.GetFileName(f)} {new FileInfo(f).Length}");
        return $"{(from == Synthetic ? Synthetic : "folder")} {parsed.GetValue(_images)} {parsed.GetValue(_size)} {string.Join('|', images)}";
    }

    internal static string JournalFolder => Path.Combine(LabPaths.ModelCache, "calibration");

    internal string Key(ParseResult parsed, string modelSha256)
    {
        var values = parsed.CommandResult.Children.OfType<OptionResult>().Where(o => o.Option is not OutputOption && o.Option.Name != OutputCheck.Overwrite)
            .Select(o => $"{o.Option.Name}={string.Join(' ', o.Tokens.Select(t => t.Value))}").Order(StringComparer.Ordinal);
        var from = parsed.GetValue(_calibrate)!;
        var images = from == Synthetic || !Directory.Exists(from) ? [] : Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal).Select(f => new FileInfo(f)).Select(f => $"{f.FullName} {f.Length} {f.LastWriteTimeUtc.Ticks}");
        return $"{modelSha256} {string.Join(' ', values)} {string.Join('|', images)} {BuildId.Of(typeof(ModelQuantizer), typeof(OrtCalibrationRunner), typeof(CalibrationImages))}";
    }

    ModelUse KnownUse(ParseResult parsed, string model)
    {
        try { return Use(parsed, model); }
        catch (LabException e) { throw LabError.BadInput($"{e.Message} For any other model, give --calibrate a folder of .npy or .pb tensors.", e); }
    }
}
