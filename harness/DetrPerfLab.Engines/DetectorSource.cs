using System.IO.Compression;

namespace DetrPerfLab.Engines;

/// <summary>Opens what a user may name as a detector: an ONNX file, a TorchScript file, a checkpoint, or a model of the zoo.</summary>
public static class DetectorSource
{
    static readonly Dictionary<string, string> s_variants = new(StringComparer.Ordinal)
    {
        ["ort"] = "ort-fp32",
        ["torch"] = "torch-fp32",
        ["torchscript"] = "torchscript-fp32",
    };

    /// <summary>Short names of engines; the name of a variant serves as well.</summary>
    public static IReadOnlyCollection<string> Engines => s_variants.Keys;

    public static OpenedEngine Open(string model, string engine, EngineSettings settings)
    {
        if (!s_variants.TryGetValue(engine, out var variant)) { variant = VariantRegistry.Get(engine).Name; }
        // Any file that ONNX Runtime runs, as it is; a variant converts it first, which needs a family.
        if (VariantModel.IsOnnx(model) && s_variants.ContainsKey(engine))
        {
            if (engine != "ort") { throw NotFor(engine, model, "ort"); }
            var options = new OrtEngineOptions { IntraOpThreads = settings.EffectiveThreads };
            return new(new OrtEngine(model, options), Artefact.Of(model).Info);
        }

        if (IsTorchScript(model))
        {
            if (engine != "torchscript") { throw NotFor(engine, model, "torchscript"); }
            return new(TorchScriptEngine.Load(model, settings.EffectiveThreads), Artefact.Of(model).Info);
        }

        var known = VariantModel.Of(model);
        return VariantRegistry.Get(variant).Create(known, settings, new ArtefactCache(LabPaths.ModelCache)) with { Note = known.Note };
    }

    static LabException NotFor(string engine, string path, string needed) =>
        LabError.BadInput($"Engine '{engine}' cannot run the file '{path}', needed engine '{needed}'. Leave out --engine or say: --engine {needed}");

    /// <summary>A TorchScript archive is told from a checkpoint, which may end in .pt too, by the code that it holds.</summary>
    static bool IsTorchScript(string path)
    {
        if (!File.Exists(path)) { return false; }
        try
        {
            using var zip = new ZipArchive(InputFile.Open(path));
            return zip.Entries.Any(e => e.FullName.Contains("/code/", StringComparison.Ordinal));
        }
        catch (InvalidDataException)
        {
            return false; // no zip: the readers of checkpoints say what it is
        }
    }
}
