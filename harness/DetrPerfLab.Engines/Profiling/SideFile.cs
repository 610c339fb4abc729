using System.Text.Json;

namespace DetrPerfLab.Engines;

/// <summary>What was found out about an artefact, kept as JSON in the cache so that the next process need not find it out again.</summary>
static class SideFile
{
    // Rules and readers change with the code; what an older build found out is not taken over.
    static readonly string s_code = BuildId.Of(typeof(Onnx.GraphFacts), typeof(SideFile));

    /// <summary>The value that the file holds under this key, which is all that decides it; else what <paramref name="find"/> gives, after seconds.</summary>
    internal static T Get<T>(string path, string key, Func<T> find)
        where T : class
    {
        key = $"{key} {s_code}";
        if (Read<T>(path) is { } known && known.Key == key) { return known.Value; }
        var value = find();
        AtomicFile.WriteText(path, JsonSerializer.Serialize(new Entry<T>(key, value), LabJson.Options));
        return value;
    }

    static Entry<T>? Read<T>(string path)
    {
        if (!File.Exists(path)) { return null; }
        try { return JsonSerializer.Deserialize<Entry<T>>(File.ReadAllText(path), LabJson.Options); }
        catch (JsonException) { return null; }
    }

    sealed record Entry<T>(string Key, T Value);
}
