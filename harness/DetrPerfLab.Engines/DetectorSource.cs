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

    public static OpenedEngine Open(string model, string engine, EngineSettings settings, FamilyOptions? family = null)
    {
        var variant = VariantOf(engine);
        // Any file that ONNX Runtime runs, as it is; a variant converts it first.
        if (VariantModel.IsOnnx(model) && s_variants.ContainsKey(engine))
        {
            if (engine != "ort") { throw NotFor(engine, model, "ort"); }
            var options = new OrtEngineOptions { IntraOpThreads = settings.EffectiveThreads };
            var use = ModelFile.UseOf(model, family); // before it is loaded: what is not understood is said at once
            return new(new OrtEngine(model, options), Artefact.Of(model).Info) { Use = use };
        }

        if (IsTorchScript(model))
        {
            if (engine != "torchscript") { throw NotFor(engine, model, "torchscript"); }
            var use = UseOfScript(model, family);
            return new(TorchScriptEngine.Load(model, settings.EffectiveThreads), Artefact.Of(model).Info) { Use = use };
        }

        var known = VariantModel.Of(model, family: family);
        var opened = VariantRegistry.Get(variant).Create(known, settings, new ArtefactCache(LabPaths.ModelCache));
        return opened with { Note = known.Note, Use = known.Use };
    }

    /// <summary>The variant that a short name of an engine, or the variant's own, stands for.</summary>
    public static string VariantOf(string engine) => s_variants.TryGetValue(engine, out var variant) ? variant : VariantRegistry.Get(engine).Name;

    static LabException NotFor(string engine, string path, string needed) =>
        LabError.BadInput($"Engine '{engine}' cannot run the file '{path}', needed engine '{needed}'. Leave out --engine or say: --engine {needed}");

    internal static ModelUse UseOfScript(string path, FamilyOptions? family) =>
        ModelUse.Of(new($"'{path}'", DetrInterface.Inputs, DetrInterface.OutputsOfAny) { Path = path, Operators = OperatorsOf(path) }, family);

    /// <summary>Those operators of an archive's code, by ONNX's names, that families are told apart by.</summary>
    static HashSet<string> OperatorsOf(string path)
    {
        const int MostText = 16 << 20;
        using var zip = ZipFile.OpenRead(path);
        var text = string.Concat(zip.Entries.Where(e => e.FullName.Contains("/code/", StringComparison.Ordinal) && e.FullName.EndsWith(".py", StringComparison.Ordinal) && e.Length <= MostText).Select(Read));
        (string Operator, string[] Calls)[] known =
        [
            ("GridSample", ["torch.grid_sampler"]), ("Log", ["torch.log(", "torch.logit(", "inverse_sigmoid"]), ("Softmax", ["torch.softmax", "scaled_dot_product_attention"]),
        ];
        return [.. known.Where(k => k.Calls.Any(text.Contains)).Select(k => k.Operator)];

        static string Read(ZipArchiveEntry entry)
        {
            using var reader = new StreamReader(entry.Open());
            var buffer = new char[Math.Min(entry.Length, MostText)];
            return new string(buffer, 0, reader.ReadBlock(buffer));
        }
    }

    /// <summary>A TorchScript archive is told from a checkpoint, which may end in .pt too, by the code that it holds.</summary>
    internal static bool IsTorchScript(string path)
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
