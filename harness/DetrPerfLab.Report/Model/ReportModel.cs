namespace DetrPerfLab.Report;

/// <summary>All that a report needs, read from result files of one machine.</summary>
sealed partial class ReportModel
{
    /// <param name="baseline">The variant that others are compared with; null leaves it to each suite.</param>
    internal ReportModel(MachineInfo? machine, IEnumerable<RunResult> results, IReadOnlyList<string> problems, string? baseline = null)
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
        if (baseline is not null && Cases.All(c => c.Run.Variant != baseline || c.Summary is null))
        {
            throw LabError.UnknownName("measured variant", baseline, Cases.Where(c => c.Summary is not null && c.Run.VariantName is not null).Select(c => c.Run.Variant).Distinct().Order(VariantName.Order));
        }

        foreach (var suite in Cases.GroupBy(c => c.Run.Suite, StringComparer.Ordinal))
        {
            Compare(Suites.Find(suite.Key), suite, baseline);
            foreach (var (first, rows) in suite.GroupBy(RunOf, StringComparer.Ordinal).Select(g => (g.First(), g)))
            {
                // Where the row that was repeated is a gap, no other may stand in for it. Contaminated and measured again after the others, it does not tell how the machine began.
                foreach (var again in rows.Where(c => first.Run.Repetition is null or { Kept: 1 } && c.Run.Repeated && c != first && c.Run.Variant == first.Run.Variant && c.Summary is not null && first.Summary is not null)) { again.FirstTime = first; }
            }
        }
    }

    // Only within one suite and one run, and where all but its axis is equal: others may have met another load.
    static void Compare(Suite suite, IEnumerable<CaseView> cases, string? chosen) =>
        cases.GroupBy(RunOf, StringComparer.Ordinal).AsParallel().ForAll(group =>
        {
            CaseView[] measured = [.. group.Where(c => c.Summary is not null)];
            if (suite.BaselineAmong(measured.Select(c => c.Run), chosen) is not { } found)
            {
                var disturbed = measured.Length > 1 ? measured.FirstOrDefault(c => c.IsContaminated && (suite.Baseline is null ? c == measured[0] : c.Run.Variant == (chosen ?? suite.Baseline))) : null;
                if (disturbed is not null) { foreach (var view in measured) { view.NoBaseline = $"what it would be compared with ({disturbed.Label}) was measured in a contaminated run"; } }
                return;
            }

            var baseline = measured.First(c => ReferenceEquals(c.Run, found));
            for (var i = 0; i < measured.Length; i++) { measured[i].CompareWith(baseline, i > 0 ? measured[i - 1] : null); }
        });

    /// <summary>Equal for what may be compared: all but the suite's axis is the same, and variants that took turns did so in one run.</summary>
    static string RunOf(CaseView view) => $"{view.Run.Suite}\n{Suites.Find(view.Run.Suite).FixedPart(view.Run)}\n{view.Run.Interleaving?.Run}";

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

    internal static string Short(string commit, int digits = 10)
    {
        var (hash, mark) = commit.Split('+', 2) is [var h, var m] ? (h, "+" + m) : (commit, "");
        return hash[..Math.Min(digits, hash.Length)] + mark;
    }
}
