namespace DetrPerfLab.Report;

/// <summary>Reads a results folder and goes on where a file is damaged: what was left out is said.</summary>
static class ReportFolder
{
    /// <summary>Reads the folder of a machine, or of those below a folder the one whose name holds <paramref name="machine"/>; without that, the one that measured last.</summary>
    internal static ReportModel Load(string folder, string? machine = null, string? baseline = null)
    {
        if (!Directory.Exists(folder)) { throw LabError.DirectoryNotFound(folder, "Measure first: ./run-all.sh, or detrlab bench."); }
        if (File.Exists(Path.Combine(folder, "machine.json"))) { return LoadMachine(folder, baseline); }
        string[] folders = [.. Directory.EnumerateDirectories(folder)
            .Where(d => Directory.EnumerateFiles(d, "*.json").Any())
            .Order(StringComparer.Ordinal)];
        if (machine is not null)
        {
            var all = folders;
            folders = [.. folders.Where(d => Path.GetFileName(d).Contains(machine, StringComparison.OrdinalIgnoreCase))];
            if (folders.Length == 0) { throw LabError.UnknownName("machine", machine, all.Select(d => Path.GetFileName(d)!)); }
        }

        var models = folders.Select(f => LoadMachine(f)).ToArray();
        var chosen = models.Where(m => m.Cases.Count > 0).MaxBy(m => m.Cases.Max(c => c.Run.Started));
        if (chosen is null)
        {
            throw LabError.BadInput(string.Join(' ', [
                $"Folder '{folder}' holds no readable results, needed <machine>/<suite>.json. Measure first: ./run-all.sh, or detrlab bench.", .. models.SelectMany(m => m.Problems)]));
        }

        // Named only now: other machines may lack the variant.
        return baseline is null ? chosen : LoadMachine(folders[Array.IndexOf(models, chosen)], baseline);
    }

    static ReportModel LoadMachine(string folder, string? baseline = null)
    {
        var problems = new List<string>();
        var info = Try(() => ResultStore.ReadMachine(folder), problems);
        var results = ResultStore.SuiteFiles(folder).SelectMany(file => Try(() => ResultStore.ReadSuite(file), problems) ?? []).ToArray();
        var accuracy = Try(() => ResultStore.ReadAccuracy(folder), problems) ?? [];
        // Full paths would name this machine's folders in a page that travels.
        return new ReportModel(info, AccuracyResult.Join(results, accuracy), [.. problems.Select(p => p.Replace(folder + Path.DirectorySeparatorChar, "", StringComparison.Ordinal))], baseline);
    }

    static T? Try<T>(Func<T> read, List<string> problems) where T : class
    {
        try { return read(); }
        catch (LabException e)
        {
            problems.Add($"Left out: {e.Message}");
            return null;
        }
    }
}
