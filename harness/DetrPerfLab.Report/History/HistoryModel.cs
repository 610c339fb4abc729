using System.IO.Enumeration;

namespace DetrPerfLab.Report;

/// <summary>What one machine measured over time.</summary>
/// <param name="Machine">Its fingerprint: hardware, system and packages. Results of another are never compared with these.</param>
/// <param name="Folder">Name of its folder.</param>
/// <param name="Breaks">Where another machine took over from it, or it from another. Its own runs before and after another's turn are compared: they have one fingerprint.</param>
sealed record HistoryModel(string Machine, string Folder, IReadOnlyList<CaseHistory> Cases, IReadOnlyList<MachineBreak> Breaks)
{
    /// <param name="machine">Part of the name of its folder, which ends in the fingerprint; null takes the one that measured last.</param>
    /// <param name="pattern">Of ids, with * and ?, as the suites' filter; null takes all.</param>
    internal static HistoryModel Of(StoredResults stored, string? machine, string? pattern)
    {
        // The repeated row watches the machine within a run; it is no case.
        StoredRun[] runs = [.. stored.Runs.Where(r => !r.Result.Repeated)];
        StoredRun[] wanted = [.. runs.Where(r => Matches(r.Result.Id))];
        if (wanted.Length == 0 && pattern is not null)
        {
            throw LabError.BadInput($"No id of {Format.Count(stored.Runs.Count, "result")} matches --case '{pattern}'. Put * around a part of one, for example '*{stored.Runs[^1].Result.Variant}*'; an id: {stored.Runs[^1].Result.Id}.");
        }

        var chosen = wanted.LastOrDefault(r => machine is null || r.Result.Machine.Contains(machine, StringComparison.OrdinalIgnoreCase) || r.Folder.Contains(machine, StringComparison.OrdinalIgnoreCase))
            ?? throw LabError.UnknownName("machine", machine ?? "", wanted.Select(r => r.Folder).Distinct());
        var print = chosen.Result.Machine;
        var own = runs.Select(r => r.Result).Where(r => r.Machine == print).GroupBy(CaseHistory.NameOf).OrderBy(g => g.Key, Comparer<string>.Create((x, y) => NaturalOrder.Compare(x, y)))
            .Select(g => new CaseHistory(g.Key, [.. g.Select(r => new HistoryPoint(r))], [])).ToList();
        var usual = ChangePoints.UsualStep(own.Select(c => c.Values));
        // Chosen last: what a case's runs differ by anyway must not depend on what else is shown.
        var cases = own.GroupBy(c => c.Suite).SelectMany(suite => WithChanges([.. suite], usual)).Where(c => Matches(c.Points[0].Run.Id));
        return new(print, chosen.Folder, [.. cases], [.. BreaksOf(runs, print)]);

        bool Matches(string id) => pattern is null || FileSystemName.MatchesSimpleExpression(pattern, id, ignoreCase: true);
    }

    // What runs differ by anyway is told by all cases of a suite; where those are too few, by those of all suites.
    static IEnumerable<CaseHistory> WithChanges(CaseHistory[] suite, double? usual)
    {
        var limit = ChangePoints.LimitOf(ChangePoints.UsualStep(suite.Select(c => c.Values)) ?? usual);
        return suite.Select(c => c with
        {
            Limit = Math.Exp(limit) - 1,
            Changes = [.. ChangePoints.Find(c.Values, limit).Select(found => new CaseChange(found.At, c.Trusted[found.At - 1], c.Trusted[found.At], found.Ratio))],
        });
    }

    static IEnumerable<MachineBreak> BreaksOf(StoredRun[] runs, string machine) =>
        runs.Zip(runs.Skip(1)).Where(pair => pair.First.Result.Machine != pair.Second.Result.Machine && (pair.First.Result.Machine == machine || pair.Second.Result.Machine == machine))
            .Select(pair => new MachineBreak(pair.First.Folder, pair.Second.Folder, pair.Second.Result.Started));
}

/// <summary>From one machine's folder to another's, and when the other began.</summary>
sealed record MachineBreak(string From, string To, DateTimeOffset Started);
