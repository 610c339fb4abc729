using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DetrPerfLab.Core;

namespace DetrPerfLab.Benchmarks.Infrastructure;

/// <summary>Which cases of a run have ended, so that the same command goes on after an interruption. It is deleted when the run is complete.</summary>
/// <param name="path">Of the journal.</param>
/// <param name="key">Changes with the command, the machine and the code: results of another run are not taken over.</param>
sealed class RunJournal(string path, string key)
{
    readonly HashSet<string> _done = [];

    /// <summary>Ids of the cases that the interrupted run has measured.</summary>
    internal IReadOnlySet<string> Done => _done;

    /// <summary>The key of a run: anything in it that changes makes another run of it.</summary>
    internal static string KeyOf(params IEnumerable<string> parts) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts))))[..16];

    /// <summary>Takes up the journal of the same run, if there is one.</summary>
    internal void Resume()
    {
        if (!File.Exists(path)) { return; }
        try
        {
            if (JsonSerializer.Deserialize<Entry>(File.ReadAllText(path), LabJson.Options) is { } entry && entry.Key == key) { _done.UnionWith(entry.Done); }
        }
        catch (JsonException)
        {
            // A journal that cannot be read is worth no more than none: everything is measured again.
        }
    }

    internal void Add(string id)
    {
        _done.Add(id);
        AtomicFile.WriteText(path, JsonSerializer.Serialize(new Entry(key, [.. _done]), LabJson.Options));
    }

    internal void Complete() => File.Delete(path);

    sealed record Entry(string Key, IReadOnlyList<string> Done);
}
