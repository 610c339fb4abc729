namespace DetrPerfLab.Report;

/// <summary>Results of all commits that changed a results folder, and those in it that are not committed yet.</summary>
static class GitResults
{
    const string Instead = "or read stored results with --from DIR";

    internal static StoredResults Read(string folder)
    {
        if (!Directory.Exists(folder)) { throw LabError.DirectoryNotFound(folder, $"Measure first: ./run-all.sh, or detrlab bench; {Instead}."); }
        var found = new StoredResults.Collector();
        var files = Files(Log(folder)).Where(f => f.Path.Split('/').Length == 2 && ResultStore.IsSuiteFile(f.Path)).DistinctBy(f => (f.Path, f.Blob)).ToList();
        var shallow = GitProgram.Ask(folder, "rev-parse", "--is-shallow-repository") is { Done: true } answer && answer.Text.Trim() == "true";
        if (shallow) { found.Say("This is a shallow clone: what was measured before its oldest commit is not seen. For the whole history: git fetch --unshallow"); }
        if (files.Count == 0)
        {
            throw LabError.BadInput($"No commit here holds results in '{folder}', needed <machine>/<suite>.json. {(shallow ? "The clone is shallow: git fetch --unshallow. " : "")}"
                + $"Commit the results after each run (git add, git commit), {Instead}.");
        }

        FolderResults.AddTo(found, folder);
        using var blobs = new GitBlobs(folder);
        foreach (var (commit, path, blob) in files)
        {
            var name = $"{path} at {commit}";
            found.Add(path.Split('/')[0], () => ResultStore.ReadSuite(name, blobs.Read(blob) ?? throw LabError.BadInput($"'{name}' is not in this clone, or larger than any result file. Clone without --filter.")));
        }

        return found.End($"The history of '{folder}'");
    }

    // Newest first; the branches that were merged, too: a merge may have kept one side's results. Paths are those below the folder.
    static string Log(string folder)
    {
        var answer = GitProgram.Ask(folder, "-c", "log.showSignature=false", "log", "--full-history", "--raw", "--no-abbrev", "--no-renames", "--no-color", "--no-ext-diff",
            "--diff-filter=AMT", "--relative", "-z", "--format=%x01%h", "--", ".")
            ?? throw LabError.Missing($"The history of '{folder}' needs git, which is missing here or does not answer. Install it, for example by: apt-get install git; {Instead}.");
        return answer.Done
            ? answer.Text
            : throw LabError.BadInput($"The history of '{folder}' cannot be read: {answer.Complaint.Split('\n')[0].Replace("fatal: ", "", StringComparison.Ordinal).TrimEnd('.')}. Needed: a git repository in which results are committed after each run; {Instead}.");
    }

    // \x01<commit>, and for each of its files :<modes> <old blob> <new blob> <status> and the path; all ended by NUL, so that paths may hold anything.
    static IEnumerable<(string Commit, string Path, string Blob)> Files(string log)
    {
        var (commit, blob) = ("", "");
        foreach (var part in log.Split('\0').Select(p => p.TrimStart('\n')))
        {
            if (blob.Length > 0)
            {
                yield return (commit, part, blob);
                blob = "";
            }
            else if (part.StartsWith('\x01')) { commit = part[1..]; }
            else if (part.StartsWith(':')) { blob = part.Split(' ')[3]; }
        }
    }
}
