using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace DetrPerfLab.Benchmarks;

/// <summary>Which cases of a run have ended, so that the same command goes on after an interruption. It is deleted when the run is complete.</summary>
/// <remarks>A file a key: another command between the interruption and the rerun leaves it alone.</remarks>
/// <param name="folder">Of journals.</param>
/// <param name="key">Changes with the command, the machine and the code: results of another run are not taken over.</param>
sealed class RunJournal(string folder, string key)
{
    /// <summary>By then nobody goes on any more; what was measured is stale, too.</summary>
    static readonly TimeSpan s_kept = TimeSpan.FromDays(14);

    readonly string _path = Path.Combine(folder, $"run-{key}.json");
    readonly HashSet<string> _done = [];

    /// <summary>Ids of the cases that the interrupted run has measured.</summary>
    internal IReadOnlySet<string> Done => _done;

    /// <summary>The key of a run: anything in it that changes makes another run of it.</summary>
    internal static string KeyOf(params IEnumerable<string> parts) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts))))[..16];

    /// <summary>Takes up the journal of the same run, if there is one, and forgets old ones of any run.</summary>
    internal void Resume()
    {
        if (!Directory.Exists(folder)) { return; }
        foreach (var old in Directory.GetFiles(folder, "run-*.json").Where(f => DateTime.UtcNow - File.GetLastWriteTimeUtc(f) > s_kept)) { File.Delete(old); }
        if (!File.Exists(_path)) { return; }
        try
        {
            if (JsonSerializer.Deserialize<Entry>(File.ReadAllText(_path), LabJson.Options) is { } entry && entry.Key == key) { _done.UnionWith(entry.Done); }
        }
        catch (JsonException)
        {
            // A journal that cannot be read is worth no more than none: everything is measured again.
        }
    }

    internal void Add(string id)
    {
        _done.Add(id);
        AtomicFile.WriteText(_path, JsonSerializer.Serialize(new Entry(key, [.. _done]), LabJson.Options));
    }

    internal void Complete() => File.Delete(_path);

    sealed record Entry(string Key, IReadOnlyList<string> Done);
}
