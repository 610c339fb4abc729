using DetrPerfLab.Core;

namespace DetrPerfLab.Report;

/// <summary>All that a report needs, read from result files of one machine.</summary>
sealed class ReportModel
{
    /// <summary>The variant that speed-ups are counted from.</summary>
    internal const string Baseline = "torch-fp32";

    /// <summary>Derives the views of all results.</summary>
    /// <param name="machine">The machine that measured; null where machine.json is missing or damaged.</param>
    /// <param name="results">Its results, in any order.</param>
    /// <param name="problems">What could not be read, in words.</param>
    internal ReportModel(MachineInfo? machine, IEnumerable<RunResult> results, IReadOnlyList<string> problems)
    {
        Machine = machine;
        Problems = problems;
        // Results of equal id: the newest counts. Order is by id, so that the same files always give the same report.
        Cases = [.. results
            .GroupBy(r => r.Id, StringComparer.Ordinal)
            .Select(g => g.OrderBy(r => r.Started).ThenBy(r => r.Commit, StringComparer.Ordinal).Last())
            .OrderBy(r => r.Id, StringComparer.Ordinal)
            .AsParallel().AsOrdered()
            .Select(r => new CaseView(r))];
        // Only within one suite and at equal parameters: those were measured in one run, others may have met another load.
        Cases.GroupBy(c => (c.Run.Suite, c.ParameterText)).AsParallel().ForAll(group =>
        {
            if (group.FirstOrDefault(c => c.Run.Variant == Baseline && c.Summary is not null) is not { } baseline) { return; }
            foreach (var view in group) { view.CompareWith(baseline); }
        });
    }

    /// <summary>The machine that measured; null where machine.json is missing or damaged.</summary>
    internal MachineInfo? Machine { get; }

    /// <summary>One view a case, by id.</summary>
    internal IReadOnlyList<CaseView> Cases { get; }

    /// <summary>What could not be read, in words.</summary>
    internal IReadOnlyList<string> Problems { get; }

    /// <summary>Machine, day and commit, as every chart shows them.</summary>
    internal string Caption
    {
        get
        {
            var machine = Machine is { } m ? $"{m.CpuModel}, {m.Cores} cores" : "unknown machine";
            if (Cases.Count == 0) { return machine; }
            var latest = Cases.MaxBy(c => c.Run.Started)!.Run;
            return $"{machine} · {Format.Day(latest.Started)} · commit {Short(latest.Commit)}";
        }
    }

    /// <summary>The cases of a suite, by its name's beginning.</summary>
    internal IEnumerable<CaseView> Suite(string prefix) => Cases.Where(c => c.Run.Suite.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));

    /// <summary>One case for each variant of the engine and precision suites and of <c>detrlab bench</c>, slowest first and gaps last; where several measured it, a plain case counts before one at another size, then precision first.</summary>
    internal IReadOnlyList<CaseView> Effects =>
        [.. Suite("Bench").Concat(Suite("Engine")).Concat(Suite("Precision"))
            .GroupBy(c => c.Run.Variant, StringComparer.Ordinal)
            .Select(g => g.OrderBy(c => c.Summary is not null).ThenByDescending(c => c.Run.Parameters.Count).ThenBy(c => c.Run.Suite, StringComparer.OrdinalIgnoreCase).Last())
            .OrderByDescending(c => c.Summary?.Median ?? 0)
            .ThenBy(c => c.Run.Variant, StringComparer.Ordinal)];

    /// <summary>The first digits of a commit; keeps the mark of a changed tree.</summary>
    internal static string Short(string commit)
    {
        var (hash, mark) = commit.Split('+', 2) is [var h, var m] ? (h, "+" + m) : (commit, "");
        return hash[..Math.Min(10, hash.Length)] + mark;
    }
}
