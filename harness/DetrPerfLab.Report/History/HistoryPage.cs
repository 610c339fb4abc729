namespace DetrPerfLab.Report;

/// <summary>A history in words, and as facts for JSON.</summary>
sealed class HistoryPage(HistoryModel model, IReadOnlyList<string> problems, CommitNames names)
{
    const int MostBreaks = 6; // lines
    const int MostOfSubject = 72; // letters, as git's own advice on subjects

    internal IReadOnlyList<string> Lines()
    {
        var points = model.Cases.SelectMany(c => c.Points).ToList();
        return
        [
            $"{model.Folder}: {Format.Count(model.Cases.Count, "case")} at {Format.Count(points.Select(p => p.Run.Commit).Distinct().Count(), "commit")}, "
                + $"{Format.Day(points.Min(p => p.Run.Started))} to {Format.Day(points.Max(p => p.Run.Started))}; times are medians in ms with their 95 % interval",
            .. Breaks(),
            "",
            .. Table(),
            "",
            .. Closing(),
        ];
    }

    internal object Facts() => new
    {
        model.Machine,
        model.Folder,
        Advice,
        Breaks = model.Breaks,
        Cases = model.Cases.Select(c => new
        {
            c.Name,
            c.Points[0].Run.Id,
            c.Suite,
            c.Limit,
            Points = c.Points.Select(p => new { p.Run.Commit, p.Run.Started, MedianMs = p.Median?.Value, LowerMs = p.Median?.Interval?.Lower, UpperMs = p.Median?.Interval?.Upper, DecidesNothing = p.Doubt }),
            Changes = c.Changes.Select(change => new
            {
                change.At.Run.Commit,
                Subject = names.SubjectOf(change.At.Run.Commit),
                After = change.Before.Run.Commit,
                Commits = names.CountBetween(change.Before.Run.Commit, change.At.Run.Commit),
                change.SameCode,
                change.Ratio,
            }),
        }),
        Problems = problems,
    };

    static string Advice => "This advises, the gate decides.";

    // As many lines as switches would bury the table where two machines take turns.
    IEnumerable<string> Breaks()
    {
        if (model.Breaks.Count > MostBreaks) { yield return $"machine changed {model.Breaks.Count} times; the last {MostBreaks}:"; }
        foreach (var machine in model.Breaks.TakeLast(MostBreaks)) { yield return $"machine changed {Format.Day(machine.Started)}: from {machine.From} to {machine.To}; nothing is compared across"; }
    }

    IEnumerable<string> Table()
    {
        var rows = model.Cases.Select(c => new[]
        {
            c.Name,
            c.Trusted.Select(p => p.Run.Commit).Distinct().Count() is var trusted && c.Points.Select(p => p.Run.Commit).Distinct().Count() is var all && trusted < all ? $"{trusted} of {all}" : $"{all}",
            Time(c.Trusted.FirstOrDefault()),
            Time(c.Trusted.LastOrDefault()),
            string.Join("; ", c.Changes.Select(Words)),
        }).Prepend(["case", "commits", "first", "last", "changes"]).ToList();
        var widths = Enumerable.Range(0, 4).Select(i => rows.Max(r => r[i].Length)).ToArray();
        return rows.Select(row => string.Join("  ", row.Select((cell, i) => i < widths.Length ? cell.PadRight(widths[i]) : cell)).TrimEnd());
    }

    IEnumerable<string> Closing()
    {
        CaseHistory[] compared = [.. model.Cases.Where(c => c.Trusted.Count > 1)];
        if (compared.Length == 0) { return ["No case has two runs that decide: there is nothing to compare yet."]; }
        return
        [
            $"A change counts beyond {ChangePoints.Rule}; here {string.Join(", ", compared.DistinctBy(c => c.Suite).Select(c => $"{c.Suite} {Format.Percent(c.Limit)}"))}.",
            $"{compared.Count(c => c.Changes.Count > 0)} of {Format.Count(compared.Length, "case")} with two runs or more changed. {Advice}",
        ];
    }

    static string Time(HistoryPoint? point) => point?.Median is { } median ? Cells.Milliseconds(median).Replace('\u00A0', ' ') : "–";

    /// <summary>For example <c>+12 % at abc1234 'subject'</c>; where commits in between were not measured, it may be any of them.</summary>
    string Words(CaseChange change)
    {
        var (before, at) = (change.Before.Run.Commit, change.At.Run.Commit);
        if (change.SameCode) { return $"{change.Percent} between two runs of {CommitNames.Short(at)}: not of the code"; }
        var subject = names.SubjectOf(at) is { } text ? $" '{(text.Length > MostOfSubject ? text[..(MostOfSubject - 1)].TrimEnd() + "…" : text)}'" : "";
        var earlier = names.CountBetween(before, at) - 1;
        return $"{change.Percent} at {CommitNames.Short(at)}{subject}"
            + (earlier is > 0 ? $", or {(earlier == 1 ? "the commit" : $"one of the {earlier} commits")} before it, after {CommitNames.Short(before)}" : "");
    }
}
