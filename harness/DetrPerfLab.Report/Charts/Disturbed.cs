namespace DetrPerfLab.Report;

/// <summary>How charts and tables mark what rests on a contaminated run: an asterisk and a line of words, the same everywhere.</summary>
static class Disturbed
{
    internal const string Words = "* from a contaminated run: shown, but it decides nothing";

    internal static string Mark(params IEnumerable<CaseView?> cases) => cases.Any(c => c is { IsContaminated: true }) ? "*" : "";

    internal static string? Note(IEnumerable<CaseView> cases) => cases.Any(c => c.IsContaminated) ? Words : null;

    /// <summary>The same as a further sentence of what is read out.</summary>
    internal static string Sentence(IEnumerable<CaseView> cases) => Note(cases) is null ? "" : $" Measured in contaminated runs: {string.Join("; ", cases.Where(c => c.IsContaminated).Select(c => c.Run.Parameters.Count > 0 ? $"{c.Run.Variant}, {c.ParameterText}" : c.Run.Variant).Distinct())}.";
}
