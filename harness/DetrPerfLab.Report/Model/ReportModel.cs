namespace DetrPerfLab.Report;

/// <summary>All that a report needs, read from result files of one machine.</summary>
sealed class ReportModel
{
    internal ReportModel(MachineInfo? machine, IEnumerable<RunResult> results, IReadOnlyList<string> problems)
    {
        Machine = machine;
        Problems = problems;
        // Results of equal id: the newest counts. In the order of the suites' stories, so that the same files always give the same report.
        Cases = [.. results
            .GroupBy(r => r.Id, StringComparer.Ordinal)
            .Select(g => g.OrderBy(r => r.Started).ThenBy(r => r.Commit, StringComparer.Ordinal).Last())
            .GroupBy(r => r.Suite, StringComparer.Ordinal)
            .OrderBy(g => Suites.PlaceOf(g.Key)).ThenBy(g => g.Key, StringComparer.Ordinal)
            .SelectMany(g => g.Order(Suites.Find(g.Key)))
            .AsParallel().AsOrdered()
            .Select(r => new CaseView(r))];
        foreach (var suite in Cases.GroupBy(c => c.Run.Suite, StringComparer.Ordinal))
        {
            Compare(Suites.Find(suite.Key), suite);
            var first = suite.First();
            // Where the row that was repeated is a gap, no other may stand in for it.
            foreach (var again in suite.Where(c => c.Run.Repeated && c != first && c.Run.Variant == first.Run.Variant && c.Summary is not null && first.Summary is not null)) { again.FirstTime = first; }
        }
    }

    // Only within one suite and where all but its axis is equal: those were measured in one run, others may have met another load.
    static void Compare(Suite suite, IEnumerable<CaseView> cases) =>
        cases.GroupBy(c => suite.FixedPart(c.Run), StringComparer.Ordinal).AsParallel().ForAll(group =>
        {
            CaseView[] measured = [.. group.Where(c => c.Summary is not null)];
            if (suite.BaselineAmong(measured.Select(c => c.Run)) is not { } found) { return; }
            var baseline = measured.First(c => ReferenceEquals(c.Run, found));
            for (var i = 0; i < measured.Length; i++) { measured[i].CompareWith(baseline, i > 0 ? measured[i - 1] : null); }
        });

    internal MachineInfo? Machine { get; }
    internal IReadOnlyList<CaseView> Cases { get; }
    internal IReadOnlyList<string> Problems { get; }

    /// <summary>Machine, day and commits (newest first), as every chart shows them: rows of several commits must not look like one run.</summary>
    internal string Caption
    {
        get
        {
            var machine = Machine is { } m ? $"{m.CpuModel}, {m.Cores} cores" : "unknown machine";
            if (Cases.Count == 0) { return machine; }
            RunResult[] newestFirst = [.. Cases.Select(c => c.Run).OrderByDescending(r => r.Started)];
            string[] commits = [.. newestFirst.Select(r => Short(r.Commit)).Distinct(StringComparer.Ordinal)];
            return $"{machine} · {Format.Day(newestFirst[0].Started)} · commit{(commits.Length > 1 ? "s" : "")} {string.Join(", ", commits)}";
        }
    }

    internal IEnumerable<CaseView> Suite(string prefix) => Cases.Where(c => c.Run.Suite.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));

    /// <summary>One case for each variant of the engine and precision suites and of <c>detrlab bench</c>, slowest first and gaps last; where several measured it, a plain case counts before one at another size, then precision first.</summary>
    internal IReadOnlyList<CaseView> Effects => field ??=
        [.. Suite("Bench").Concat(Suite("Engine")).Concat(Suite("Precision"))
            .GroupBy(c => c.Run.Variant, StringComparer.Ordinal)
            .Select(g => g.OrderBy(c => c.Summary is not null).ThenByDescending(c => c.Run.Parameters.Count).ThenBy(c => c.Run.Suite, StringComparer.OrdinalIgnoreCase).Last())
            .OrderByDescending(c => c.Summary?.Median ?? 0)
            .ThenBy(c => c.Run.Variant, StringComparer.Ordinal)];

    internal static string Short(string commit)
    {
        var (hash, mark) = commit.Split('+', 2) is [var h, var m] ? (h, "+" + m) : (commit, "");
        return hash[..Math.Min(10, hash.Length)] + mark;
    }
}
