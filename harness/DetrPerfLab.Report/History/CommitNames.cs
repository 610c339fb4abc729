namespace DetrPerfLab.Report;

/// <summary>What git knows of the commits that results name; asked for those with a change only.</summary>
/// <param name="folders">Tried one after the other: that of the results, and the lab's own checkout, whose commits they are.</param>
sealed class CommitNames(params IReadOnlyList<string> folders)
{
    internal string? SubjectOf(string commit) => IsHash(commit, out var hash) ? Ask("log", "-1", "--format=%s", "--encoding=UTF-8", hash) : null;

    /// <summary>Commits from one to the other, the second counted, that can have changed a measurement; null where git does not know both.</summary>
    internal int? CountBetween(string from, string to) =>
        IsHash(from, out var older) && IsHash(to, out var newer) && int.TryParse(Ask("rev-list", "--count", $"{older}..{newer}", "--", ":/", ":(top,exclude)results", ":(top,exclude)plots"), CultureInfo.InvariantCulture, out var count) ? count : null;

    /// <summary>As git shows it, for example <c>abc1234</c>, or <c>abc1234+dirty</c>.</summary>
    internal static string Short(string commit) => ReportModel.Short(commit, digits: 7);

    // A result file comes from anywhere: what is no hash may be an option of git's.
    static bool IsHash(string commit, out string hash)
    {
        hash = commit.Split('+')[0];
        return hash.Length is >= 7 and <= 64 && hash.All(char.IsAsciiHexDigit);
    }

    string? Ask(params string[] arguments) =>
        folders.Where(Directory.Exists).Select(f => GitProgram.Ask(f, arguments) is { Done: true } answer ? answer.Text.Trim() : null).FirstOrDefault(a => a is { Length: > 0 });
}
