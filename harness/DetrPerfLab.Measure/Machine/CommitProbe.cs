namespace DetrPerfLab.Measure;

/// <summary>Which commit of the lab is running.</summary>
public static class CommitProbe
{
    const string Unknown = "unknown";

    /// <summary>The commit of the folder's repository, 12 hex digits, with <c>+dirty</c> where tracked files differ; <c>unknown</c> without git or repository.</summary>
    /// <remarks>What runs write (results/, plots/) does not make the tree dirty: it changes no measurement.</remarks>
    public static string Read(string folder)
    {
        if (Git(folder, "rev-parse", "--short=12", "HEAD") is not { Length: > 0 } commit) { return Unknown; }
        var changes = Git(folder, "status", "--porcelain", "--untracked-files=no", "--", ":/", ":(top,exclude)results", ":(top,exclude)plots");
        return changes is null ? Unknown : changes.Length > 0 ? $"{commit}+dirty" : commit;
    }

    static string? Git(string folder, params string[] arguments) =>
        Directory.Exists(folder) && GitProgram.Ask(folder, arguments) is { Done: true } answer ? answer.Text.Trim() : null;
}
