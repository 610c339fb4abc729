using System.Security.Cryptography;
using Google.Protobuf;

namespace DetrPerfLab.Engines;

/// <summary>What variants are variants of: one detector, by name, without its weights in memory.</summary>
/// <param name="Identity">Changes when the weights do, and is cheap to tell: a hash of the file, or the formula and shape of synthetic weights.</param>
/// <param name="Note">What the user should know, for example that synthetic weights stand in; null when nothing.</param>
public sealed record VariantModel(string Name, string Identity, Func<WeightStore> LoadWeights, string? Note = null)
{
    /// <summary>Images that INT8 ranges of a DETR come from; not the one that is timed and compared, which is image 0.</summary>
    const int SyntheticImagesToCalibrate = 8;

    /// <summary>Pictures that INT8 ranges of other families come from: their own stand for photographs, which differ more than the formula's blocks.</summary>
    const int SyntheticPhotographsToCalibrate = 32;
    const int TimedPhotograph = 1000; // far from those of calibration
    static readonly ImageSize s_detrSize = new(800, 1066);

    /// <summary>Null for a DETR made of weights.</summary>
    public OnnxSource? Onnx { get; init; }
    public CalibrationChoice Calibration { get; init; } = new();

    /// <summary>The model that a name, a checkpoint's path or the path of an ONNX file stands for; null takes the calibration from the environment.</summary>
    public static VariantModel Of(string nameOrFile, CalibrationChoice? calibration = null) =>
        (IsOnnx(nameOrFile) ? OfOnnx(nameOrFile) : OfWeights(nameOrFile)) with { Calibration = calibration ?? CalibrationChoice.FromEnvironment() };

    /// <summary>A model with synthetic-v1 weights: needs no download.</summary>
    public static VariantModel Synthetic(DetrConfig config) =>
        new($"{config.Name}-synthetic", $"synthetic-v1 {config}", () => SyntheticWeights.Create(config));

    internal static bool IsOnnx(string path) => Path.GetExtension(path).Equals(".onnx", StringComparison.OrdinalIgnoreCase);

    /// <summary>The size that the model gets when it is asked for another: its own, where the file fixes one.</summary>
    public ImageSize InputSize(ImageSize wanted) => Onnx is { } onnx ? onnx.Family.InputSize(onnx.Header.Inputs, wanted) : wanted;

    /// <summary>The inputs that are timed and compared: one picture from a formula, never one that is calibrated on. A size that the file fixes wins.</summary>
    public TensorSet CreateInputs(ImageSize size)
    {
        size = InputSize(size);
        return Onnx is { } onnx && onnx.Family != DetectorFamilies.Detr
            ? CalibrationImages.Prepare(onnx.Header.Inputs, onnx.Family, SyntheticPhotographs.Create(TimedPhotograph, size), new() { Size = Math.Min(size.Height, size.Width) })
            : SyntheticImages.CreateBatch(size);
    }

    /// <summary>What INT8 ranges come from, prepared as the model takes it; may be enumerated again.</summary>
    internal (int Count, IEnumerable<TensorSet> Inputs) CalibrationInputs()
    {
        var (specs, family) = Onnx is { } onnx ? (onnx.Header.Inputs, onnx.Family) : (DetrInterface.Inputs, DetectorFamilies.Detr);
        if (Calibration.Folder is null && Onnx is null) // synthetic weights know no photographs, and the formula's pictures serve
        {
            var size = InputSize(s_detrSize);
            return (SyntheticImagesToCalibrate, Enumerable.Range(1, SyntheticImagesToCalibrate).Select(i => SyntheticImages.CreateBatchFrom(i, size)));
        }

        var options = new DetectorOptions { Threads = Environment.ProcessorCount };
        var images = Calibration.Folder is null
            ? CalibrationImages.Synthetic(specs, family, SyntheticPhotographsToCalibrate, options)
            : CalibrationImages.Of(specs, family, Calibration.Photographs(), Calibration.Images, options);
        return (images.Count, images);
    }

    static VariantModel OfWeights(string nameOrFile)
    {
        var model = ModelZoo.Default.Resolve(nameOrFile);
        if (model.Path is null) { return Synthetic(model.Zoo!.Config) with { Name = model.Name, Note = model.Note }; }
        return new(model.Name, FileHash.Sha256(model.Path), () => ModelZoo.Load(model), model.Note);
    }

    static VariantModel OfOnnx(string path)
    {
        var source = OnnxSource.Of(path);
        // The name becomes a folder of the cache.
        var name = new string([.. Path.GetFileNameWithoutExtension(path).Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '-')]).TrimStart('.');
        return new(name.Length > 0 ? name : "model", source.Identity, () => throw LabError.Missing(
            $"'{source.Info.Name}' is an ONNX graph; this variant builds the model from weights and needs a checkpoint. Name a checkpoint or a model of the zoo: detrlab models list"))
        {
            Onnx = source,
        };
    }
}

/// <summary>A detector that is given as an ONNX file: where its variants come from; the family tells how photographs become its inputs.</summary>
public sealed record OnnxSource(string Path, ArtefactInfo Info, OnnxHeader Header, IDetectorFamily Family)
{
    /// <summary>Changes when the weights do, those in files beside the model included.</summary>
    internal string Identity => Header.HasExternalData ? Convert.ToHexStringLower(SHA256.HashData(OnnxFile.Load(Path).ToByteArray())) : Info.Sha256;

    internal static OnnxSource Of(string path)
    {
        var header = OnnxHeader.Read(path);
        return new(path, Artefact.Of(path).Info, header, DetectorFamilies.Match(header.Inputs, header.Outputs));
    }
}
