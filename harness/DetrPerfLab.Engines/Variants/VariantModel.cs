using System.Security.Cryptography;
using Google.Protobuf;

namespace DetrPerfLab.Engines;

/// <summary>What variants are variants of: one detector, by name, without its weights in memory.</summary>
/// <param name="Identity">Changes when the weights do, and is cheap to tell: a hash of the file, or the formula and shape of synthetic weights.</param>
/// <param name="Use">What it is, what its pictures become, what its classes are called.</param>
/// <param name="Note">What the user should know, for example that synthetic weights stand in; null when nothing.</param>
public sealed record VariantModel(string Name, string Identity, Func<WeightStore> LoadWeights, ModelUse Use, string? Note = null)
{
    /// <summary>Hands the user's <c>--family</c> to the processes of benchmark cases.</summary>
    public const string FamilyVariable = "DETRLAB_FAMILY";

    /// <summary>Most of the formula's images that INT8 ranges of weights come from, since they differ little; not the one that is timed and compared, which is image 0.</summary>
    const int SyntheticImagesToCalibrate = 8;
    const int TimedPhotograph = 1000; // far from those of calibration
    static readonly ImageSize s_detrSize = new(800, 1066), s_classifierSize = new(224, 224);

    /// <summary>Whether its weights are of a formula, and detect nothing.</summary>
    public bool IsSynthetic { get; private init; }

    /// <summary>The shape of a model made of weights; null for an ONNX file.</summary>
    public ModelConfig? Config { get; init; }

    /// <summary>Null for a model made of weights.</summary>
    public OnnxSource? Onnx { get; init; }
    public CalibrationChoice Calibration { get; init; } = new();

    /// <summary>The model that a name, a checkpoint's path or the path of an ONNX file stands for; null takes the calibration and the family from the environment.</summary>
    public static VariantModel Of(string nameOrFile, CalibrationChoice? calibration = null, FamilyOptions? family = null)
    {
        family ??= Environment.GetEnvironmentVariable(FamilyVariable) is { Length: > 0 } named ? new() { Family = named } : null;
        return (IsOnnx(nameOrFile) ? OfOnnx(nameOrFile, family) : OfWeights(nameOrFile, family)) with { Calibration = calibration ?? CalibrationChoice.FromEnvironment() };
    }

    /// <summary>A model with synthetic-v1 weights: needs no download.</summary>
    public static VariantModel Synthetic(ModelConfig config) =>
        new($"{config.Name}-synthetic", $"synthetic-v1 {config}", () => SyntheticWeights.Create(config), UseOf(config, null, null)) { Config = config, IsSynthetic = true };

    internal static bool IsOnnx(string path) => Path.GetExtension(path).Equals(".onnx", StringComparison.OrdinalIgnoreCase);

    /// <summary>The size that the model gets when it is asked for another: its own, where the file fixes one.</summary>
    public ImageSize InputSize(ImageSize wanted) => Use.InputSize(wanted);

    /// <summary>The inputs that are timed and compared: one picture from a formula, never one that is calibrated on. A size that the file fixes wins.</summary>
    public TensorSet CreateInputs(ImageSize size)
    {
        size = InputSize(size);
        return Onnx is not null && Use.Family != ModelFamilies.Detr // weights from a formula know no photographs
            ? CalibrationImages.Prepare(Use, SyntheticPhotographs.Create(TimedPhotograph, size), new() { Size = Math.Min(size.Height, size.Width) })
            : SyntheticImages.CreateBatch(size);
    }

    /// <summary>What INT8 ranges come from, prepared as the model takes it; may be enumerated again.</summary>
    internal (int Count, IEnumerable<TensorSet> Inputs) CalibrationInputs()
    {
        if (Calibration.Folder is null && Onnx is null) // synthetic weights know no photographs, and the formula's pictures serve
        {
            var size = InputSize(Use.Family == ModelFamilies.Detr ? s_detrSize : s_classifierSize);
            var count = Math.Min(SyntheticImagesToCalibrate, Calibration.Images);
            return (count, Enumerable.Range(1, count).Select(i => SyntheticImages.CreateBatchFrom(i, size)));
        }

        var options = new DetectorOptions { Threads = Environment.ProcessorCount };
        var images = Calibration.Folder is null
            ? CalibrationImages.Synthetic(Use, Calibration.Images, options)
            : CalibrationImages.Of(Use, Calibration.Photographs(), Calibration.Images, options);
        return (images.Count, images);
    }

    static VariantModel OfWeights(string nameOrFile, FamilyOptions? family)
    {
        var model = ModelZoo.Default.Resolve(nameOrFile);
        if (model.Path is null) { return Synthetic(model.Zoo!.Config) with { Name = model.Name, Note = model.Note, Use = UseOf(model.Zoo.Config, null, family) }; }
        var (config, note) = ModelZoo.Describe(model);
        return new(model.Name, FileHash.Sha256(model.Path), () => ModelZoo.Load(model), UseOf(config, model.Path, family), note) { Config = config };
    }

    /// <summary>What a model of weights is: its interface is the lab's own; Hugging Face's files beside a checkpoint may name its classes.</summary>
    static ModelUse UseOf(ModelConfig config, string? path, FamilyOptions? family)
    {
        var isDetr = config is DetrConfig;
        var metadata = new Dictionary<string, string> { [ModelUse.FamilyKey] = (isDetr ? ModelFamilies.Detr : ModelFamilies.Classifier).Name };
        if (!isDetr) { metadata[ModelUse.PictureKey] = DetrExporter.ClassifierPicture; }
        return ModelUse.Of(new("The model", config.Inputs, isDetr ? DetrInterface.OutputsOfAny : config.Outputs) { Path = path, Metadata = metadata }, family);
    }

    static VariantModel OfOnnx(string path, FamilyOptions? family)
    {
        var source = OnnxSource.Of(path);
        // The name becomes a folder of the cache.
        var name = new string([.. Path.GetFileNameWithoutExtension(path).Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '-')]).TrimStart('.');
        return new(name.Length > 0 ? name : "model", source.Identity, () => throw LabError.Missing(
            $"'{source.Info.Name}' is an ONNX graph; this variant builds the model from weights and needs a checkpoint. Name a checkpoint or a model of the zoo: detrlab models list"), ModelUse.Of(source.Header.FactsOf(path), family))
        {
            Onnx = source,
        };
    }
}

/// <summary>A model that is given as an ONNX file: where its variants come from.</summary>
public sealed record OnnxSource(string Path, ArtefactInfo Info, OnnxHeader Header)
{
    /// <summary>Changes when the weights do, those in files beside the model included.</summary>
    internal string Identity => Header.HasExternalData ? Convert.ToHexStringLower(SHA256.HashData(OnnxFile.Load(Path).ToByteArray())) : Info.Sha256;

    internal static OnnxSource Of(string path)
    {
        var header = OnnxHeader.Read(path); // before the hash: what is no model is said at once
        return new(path, Artefact.Of(path).Info, header);
    }
}

/// <summary>What a model file tells of its model.</summary>
public static class ModelFile
{
    /// <summary>What an ONNX file is, from the user's options, its metadata, the files beside it or its interface.</summary>
    public static ModelUse UseOf(string path, FamilyOptions? family = null) => ModelUse.Of(OnnxHeader.Read(path).FactsOf(path), family);

    internal static ModelFacts FactsOf(this OnnxHeader header, string path) =>
        new($"'{path}'", header.Inputs, header.Outputs) { Metadata = header.Metadata, Operators = header.Operators, Path = path };
}
