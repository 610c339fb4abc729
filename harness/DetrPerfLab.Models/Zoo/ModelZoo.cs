using System.Text.Json;

namespace DetrPerfLab.Models;

/// <summary>Knows the published models, what of them is at hand, and what a model's name means.</summary>
/// <param name="models">The entries; null for models/zoo.json.</param>
/// <param name="shipped">Folder whose folders with a model.safetensors are the lab's own trained models; null: there are none.</param>
/// <remarks><c>detr-r50</c>, or torch.hub's <c>detr_resnet50</c>, is the official checkpoint once it was fetched or imported; until then synthetic-v1 weights
/// of the same shape, with a note, because times and memory do not depend on the values. <c>detr-r50-synthetic</c> is always synthetic-v1. Then come the names
/// of the lab's own trained models and of imported files, then paths of checkpoints. Whatever runs says so itself: <see cref="WeightStore.Source"/> and <see cref="WeightStore.Sha256"/> go into
/// every result.</remarks>
public sealed class ModelZoo(string cache, IReadOnlyList<ZooModel>? models = null, string? shipped = null)
{
    const string SyntheticSuffix = "-synthetic";
    static readonly string[] s_extensions = [".pth", ".pt", ".safetensors"];

    readonly string _imports = Path.Combine(cache, "imported");

    public static ModelZoo Default { get; } = new(Path.Combine(LabPaths.ModelCache, "weights"), shipped: LabPaths.Models);
    internal IReadOnlyList<ZooModel> Models { get; } = models ?? ReadEmbedded();

    /// <summary>Every model that a name can stand for, at hand or not.</summary>
    public IEnumerable<KnownModel> List() => [.. Models.Select(Official), .. Models.Select(model => Synthetic(model)), .. Trained(), .. Imported()];

    /// <summary>Finds out what a name stands for; reads no weights.</summary>
    public KnownModel Resolve(string nameOrFile)
    {
        if (Find(nameOrFile) is { } model)
        {
            return Official(model) is { AtHand: true } official ? official : Synthetic(
                model,
                $"{model.Name}: the official checkpoint is not at hand, synthetic weights stand in. {(model.Config is DetrConfig ? "They detect nothing" : "What they say means nothing")}; times and memory are the same. "
                + $"Fetch it: detrlab models fetch {model.Name}");
        }

        if (nameOrFile.EndsWith(SyntheticSuffix, StringComparison.Ordinal) && Find(nameOrFile[..^SyntheticSuffix.Length]) is { } shape)
        {
            return Synthetic(shape);
        }

        if (Trained().Concat(Imported()).FirstOrDefault(known => known.Name == nameOrFile) is { } own) { return own; }
        if (File.Exists(nameOrFile)) { return new(Path.GetFileName(nameOrFile), WeightsKind.File, nameOrFile, null); }
        throw s_extensions.Contains(Path.GetExtension(nameOrFile))
            ? LabError.FileNotFound(nameOrFile, "Give a checkpoint or a name of: detrlab models list")
            : LabError.UnknownName("model", nameOrFile, List().Select(known => known.Name));
    }

    /// <exception cref="LabException">The checkpoint was not fetched, is damaged or is of no model that is built here.</exception>
    public static WeightStore Load(KnownModel model)
    {
        if (model.Kind == WeightsKind.Synthetic) { return SyntheticWeights.Create(model.Zoo!.Config); }
        var path = model.Path ?? throw LabError.Missing($"{model.Name}: the checkpoint is not at hand. Fetch it: detrlab models fetch {model.Name}");
        if (model.Zoo is not { } zoo) { return Checkpoint.Load(path, name: model.Kind == WeightsKind.Trained ? model.Name : null); }
        var weights = Checkpoint.Load(path, (zoo.Config as DetrConfig)?.Dilation, zoo.Config.Name);
        return weights.Sha256.StartsWith(zoo.Sha256Head, StringComparison.Ordinal)
            ? weights
            : throw LabError.BadInput(
                $"'{path}' has sha256 {weights.Sha256}, needed one that begins with {zoo.Sha256Head}. Delete it and fetch it again: detrlab models fetch {zoo.Name}");
    }

    /// <summary>The shape of a model, and what the user should know of it; that of a user's own is told by the names and shapes in its file, without its weights.</summary>
    public static (ModelConfig Config, string? Note) Describe(KnownModel model)
    {
        if (model.Zoo is { } zoo) { return (zoo.Config, model.Note); }
        var (config, note) = Checkpoint.Describe(model.Path!);
        return (config, NoteOf(model.Name, note));
    }

    /// <summary>Downloads an official checkpoint, unless it is there, and gives its path; progress is bytes done and bytes in all.</summary>
    public async Task<string> FetchAsync(string name, Action<long, long>? progress = null, CancellationToken cancellation = default)
    {
        var model = Find(name) ?? throw (name.EndsWith(SyntheticSuffix, StringComparison.Ordinal)
            ? LabError.BadInput($"'{name}' needs no download. Models to fetch: detrlab models list")
            : LabError.UnknownName("model", name, Models.Select(known => known.Name)));
        var path = OfficialPath(model);
        if (!File.Exists(path))
        {
            await Downloader.FetchAsync(new(model.Url, path, model.Sha256Head, model.MaxBytes) { OrElse = "Or copy the file from a machine that has it: detrlab models import FILE" }, progress: progress, cancellation: cancellation);
        }

        return path;
    }

    /// <summary>Copies a checkpoint into the cache, once it has loaded: an official one becomes the zoo's, any other gets a name of its own.</summary>
    /// <remarks>Without a name it takes the file's. A name that holds <c>dc5</c> says that the model is one.</remarks>
    public KnownModel Import(string path, string? name = null)
    {
        var weights = Checkpoint.Load(path);
        var sha256 = weights.Sha256;
        if (Models.FirstOrDefault(model => sha256.StartsWith(model.Sha256Head, StringComparison.Ordinal)) is { } official)
        {
            Copy(path, OfficialPath(official));
            return Resolve(official.Name);
        }

        name ??= Path.GetFileNameWithoutExtension(path);
        if (!IsModelName(name))
        {
            throw LabError.BadInput($"Model name '{name}' needs 1 to 64 letters, digits, dots, dashes or underscores, the first a letter or digit, and no ending '-synthetic'. "
                + "Choose another: detrlab models import FILE --name NAME");
        }

        if (Find(name) is not null || Trained().Concat(Imported()).Any(other => other.Name == name && FileHash.Sha256(other.Path!) != sha256))
        {
            throw LabError.BadInput($"A model named '{name}' is there already, with other weights. Choose another: detrlab models import FILE --name NAME");
        }

        var extension = s_extensions.FirstOrDefault(known => known == Path.GetExtension(path)) ?? ".pth"; // the format is told by content
        Copy(path, Path.Combine(_imports, name + extension));
        return Resolve(name) with { Note = NoteOf(name, weights.Note) };
    }

    static string? NoteOf(string name, string? read) => read is null ? null : $"{name}: {read}.";

    static KnownModel Synthetic(ZooModel model, string? note = null) => new(model.Name + SyntheticSuffix, WeightsKind.Synthetic, null, model, note);

    KnownModel Official(ZooModel model) => new(model.Name, WeightsKind.Official, File.Exists(OfficialPath(model)) ? OfficialPath(model) : null, model);

    string OfficialPath(ZooModel model) => Path.Combine(cache, model.FileName);

    ZooModel? Find(string name) => Models.FirstOrDefault(model => model.Name == name || model.Config.Name == name);

    IEnumerable<KnownModel> Trained() => shipped is null || !Directory.Exists(shipped) ? [] : Directory.EnumerateDirectories(shipped)
        .Select(folder => Path.Combine(folder, "model.safetensors"))
        .Where(File.Exists)
        .Order(StringComparer.Ordinal)
        .Select(file => new KnownModel(Path.GetFileName(Path.GetDirectoryName(file)!), WeightsKind.Trained, file, null));

    IEnumerable<KnownModel> Imported() => !Directory.Exists(_imports) ? [] : Directory.EnumerateFiles(_imports)
        .Where(file => s_extensions.Contains(Path.GetExtension(file)))
        .Order(StringComparer.Ordinal)
        .Select(file => new KnownModel(Path.GetFileNameWithoutExtension(file), WeightsKind.File, file, null));

    static bool IsModelName(string name) =>
        name.Length is > 0 and <= 64 && char.IsAsciiLetterOrDigit(name[0]) && !name.EndsWith(SyntheticSuffix, StringComparison.Ordinal)
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');

    static void Copy(string from, string to) => AtomicFile.Write(to, stream =>
    {
        using var source = InputFile.Open(from);
        source.CopyTo(stream);
    });

    static ZooModel[] ReadEmbedded()
    {
        using var stream = typeof(ModelZoo).Assembly.GetManifestResourceStream("zoo.json")!;
        return JsonSerializer.Deserialize<ZooModel[]>(stream, LabJson.Options)!;
    }
}
