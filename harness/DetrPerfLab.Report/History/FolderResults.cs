using System.Text.RegularExpressions;

namespace DetrPerfLab.Report;

/// <summary>Snapshots of results in folders, as a CI keeps them: at any depth below one folder, each <c>&lt;machine&gt;/&lt;suite&gt;.json</c>.</summary>
static partial class FolderResults
{
    // No link is followed: it might lead round in a circle.
    static readonly EnumerationOptions s_all = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = true };

    internal static StoredResults Read(string folder)
    {
        if (!Directory.Exists(folder)) { throw LabError.DirectoryNotFound(folder, "Needed: a folder of stored results, each <machine>/<suite>.json."); }
        var found = new StoredResults.Collector();
        foreach (var machine in Directory.EnumerateDirectories(folder, "*", s_all).Prepend(folder).Where(IsMachine).Order(StringComparer.Ordinal)) { AddMachine(found, machine); }
        return found.End($"Folder '{folder}'");
    }

    /// <summary>Adds the results that lie in a results folder now.</summary>
    internal static void AddTo(StoredResults.Collector found, string results)
    {
        foreach (var machine in Directory.EnumerateDirectories(results).Where(IsMachine).Order(StringComparer.Ordinal)) { AddMachine(found, machine); }
    }

    static void AddMachine(StoredResults.Collector found, string machine)
    {
        foreach (var file in ResultStore.SuiteFiles(machine)) { found.Add(Path.GetFileName(Path.GetFullPath(machine)), () => ResultStore.ReadSuite(file)); }
    }

    // Other JSON files may lie beside results: they are no damaged ones.
    static bool IsMachine(string folder) => File.Exists(Path.Combine(folder, "machine.json")) || EndsInFingerprint().IsMatch(Path.GetFileName(folder));

    [GeneratedRegex("-[0-9a-f]{12}$")]
    private static partial Regex EndsInFingerprint();
}
