using System.Text.Json;

namespace DetrPerfLab.Core;

/// <summary>What commands of the lab wrote, so that a command replaces files of its own earlier runs and nobody else's.</summary>
/// <remarks>A list in the cache: a file that was changed since, or whose entry was lost with the cache, counts as another's, which costs the user an option and no file.</remarks>
public static class WrittenFiles
{
    const int FewEnough = 20_000; // lines; more are gone through once and those that no file answers to are dropped

    static readonly AsyncLocal<Scope?> s_scope = new();

    static string List => Path.Combine(LabPaths.ModelCache, "written.jsonl");

    /// <summary>Until disposed, what this thread and those that it starts write belongs to <paramref name="command"/>.</summary>
    /// <param name="overwrite">The user said that whatever is there may be replaced; an inner command inherits it.</param>
    public static IDisposable By(string command, bool overwrite = false)
    {
        var outer = s_scope.Value;
        return s_scope.Value = new Scope(command, overwrite || outer is { Overwrite: true }, outer);
    }

    /// <summary>Every file that is there is one that the same command wrote, or stands in a folder that is the lab's alone.</summary>
    /// <exception cref="LabException">The first that is not; exit 2.</exception>
    public static void RequireOwn(IEnumerable<string> paths)
    {
        if (s_scope.Value is not { Overwrite: false } scope) { return; }
        var there = paths.Select(OutputPath.Real).Where(p => File.Exists(p) && !IsTheLabs(p)).ToList();
        if (there.Count == 0) { return; }
        var own = Read().Where(e => e.Command == scope.Command).Select(e => e with { Command = "" }).ToHashSet();
        if (there.FirstOrDefault(p => !own.Contains(Entry.Of("", p))) is { } other)
        {
            throw LabError.BadInput($"'{other}' exists and was not made by this command. Name another place, or say --overwrite to replace it.");
        }
    }

    internal static void Add(string path)
    {
        if (s_scope.Value is not { } scope || IsTheLabs(path)) { return; }
        Directory.CreateDirectory(LabPaths.ModelCache);
        Append(JsonSerializer.Serialize(Entry.Of(scope.Command, path), LabJson.OneLine) + "\n");
    }

    static bool IsTheLabs(string path) => new[] { LabPaths.ModelCache, LabPaths.Results, LabPaths.Plots }.Any(folder => path.StartsWith(OutputPath.Real(folder) + Path.DirectorySeparatorChar, StringComparison.Ordinal));

    static List<Entry> Read()
    {
        if (!File.Exists(List)) { return []; }
        var entries = File.ReadLines(List).Select(Parse).OfType<Entry>().ToList();
        if (entries.Count > FewEnough)
        {
            entries = [.. entries.Where(e => File.Exists(e.Path) && Entry.Of(e.Command, e.Path) == e).Distinct()];
            AtomicFile.WriteText(List, string.Concat(entries.Select(e => JsonSerializer.Serialize(e, LabJson.OneLine) + "\n")));
        }

        return entries;
    }

    static Entry? Parse(string line)
    {
        try { return JsonSerializer.Deserialize<Entry>(line, LabJson.OneLine); }
        catch (JsonException) { return null; } // a killed process left it unfinished
    }

    // Commands that run at the same time take turns; one that gets none forgets its file, and says so when it is asked to replace it.
    static void Append(string line)
    {
        for (var tries = 0; tries < 100; tries++)
        {
            try
            {
                using var list = new FileStream(List, FileMode.Append, FileAccess.Write, FileShare.None);
                list.Write(System.Text.Encoding.UTF8.GetBytes(line));
                return;
            }
            catch (IOException) { Thread.Sleep(10); }
        }
    }

    sealed record Entry(string Command, string Path, long Bytes, long Ticks)
    {
        internal static Entry Of(string command, string path) => new(command, path, new FileInfo(path).Length, File.GetLastWriteTimeUtc(path).Ticks);
    }

    sealed record Scope(string Command, bool Overwrite, Scope? Outer) : IDisposable
    {
        public void Dispose() => s_scope.Value = Outer;
    }
}
