using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace DetrPerfLab.Engines;

/// <summary>A model file that a variant runs; name, hash and size join latency, memory and accuracy.</summary>
public sealed record Artefact(string Path, ArtefactInfo Info)
{
    public static Artefact Of(string path)
    {
        using var file = InputFile.Open(path); // hash and size of the same bytes: a link has a length of its own
        return new(path, new(System.IO.Path.GetFileName(path), Convert.ToHexStringLower(SHA256.HashData(file)), file.Length));
    }
}

/// <summary>Model files, each built once and known by its sha256.</summary>
/// <remarks>
/// A file's name holds a hash of all that decides its bytes: the weights' identity, the recipe, and the build of the code that made it. So a stale file is never
/// taken; it is removed when its successor is written.
/// </remarks>
public sealed class ArtefactCache(string folder)
{
    static readonly string s_builder = BuildId.Of(typeof(DetrExporter), typeof(WeightStore), typeof(CalibrationImages), typeof(ArtefactCache));

    internal string Folder => folder;

    /// <summary>The file of a recipe, built first where it is missing; <paramref name="progress"/> is told the recipe's name and (done, of all).</summary>
    public Artefact Get(VariantModel model, ArtefactRecipe recipe, Action<string, long, long>? progress = null)
    {
        if (recipe.Ready(model) is { } ready) { return ready; }
        var path = PathOf(model, recipe);
        var facts = path + ".json";
        if (File.Exists(path) && File.Exists(facts) && ReadFacts(facts) is { } known && known.Bytes == new FileInfo(path).Length) { return new(path, known); }

        recipe.Write(new(model, other => Get(model, other, progress), (done, of) => progress?.Invoke(recipe.Name, done, of)), path);
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(path)!, $"{recipe.Name}-????????????.{recipe.Extension}*"))
        {
            if (!file.StartsWith(path, StringComparison.Ordinal)) { File.Delete(file); } // stale
        }

        var artefact = Artefact.Of(path);
        AtomicFile.WriteText(facts, JsonSerializer.Serialize(artefact.Info, LabJson.Options));
        return artefact;
    }

    /// <summary>Where to keep what was found out about an artefact: in this cache, also where the artefact is a file of the user's.</summary>
    internal string Beside(VariantModel model, Artefact artefact, string suffix) => Path.Combine(folder, model.Name, Path.GetFileName(artefact.Path) + suffix);

    string PathOf(VariantModel model, ArtefactRecipe recipe)
    {
        var calibration = recipe.IsCalibrated ? model.Calibration.Identity() : "";
        var key = SHA256.HashData(Encoding.UTF8.GetBytes($"{model.Identity}\n{recipe.Name}\n{s_builder}{calibration}"));
        return Path.Combine(folder, model.Name, $"{recipe.Name}-{Convert.ToHexStringLower(key)[..12]}.{recipe.Extension}");
    }

    static ArtefactInfo? ReadFacts(string path)
    {
        try { return JsonSerializer.Deserialize<ArtefactInfo>(File.ReadAllText(path), LabJson.Options); }
        catch (JsonException) { return null; } // a cache entry that cannot be read is built again
    }
}
