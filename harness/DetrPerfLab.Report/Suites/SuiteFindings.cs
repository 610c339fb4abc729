namespace DetrPerfLab.Report;

/// <summary>What was found while a suite's cases were measured: once each, with the cases that it holds for.</summary>
static class SuiteFindings
{
    /// <param name="cases">Of one suite.</param>
    /// <param name="told">Variant and finding, where another section tells it already.</param>
    internal static IReadOnlyList<IReadOnlyList<Inline>> Of(IReadOnlyList<CaseView> cases, IReadOnlySet<(string Variant, Finding Finding)> told) =>
        [.. cases.SelectMany(view => view.Run.Findings.Where(f => !told.Contains((view.Run.Variant, f))).Select(finding => (View: view, Finding: finding)))
            .GroupBy(f => (f.Finding.Topic, f.Finding.Text))
            .Select(g => Point(g.Key.Topic, g.Key.Text, [.. g], cases))];

    static IReadOnlyList<Inline> Point(string topic, string text, (CaseView View, Finding Finding)[] found, IReadOnlyList<CaseView> cases)
    {
        var figures = found.GroupBy(f => f.Finding.Figure ?? "").Select(g => (Figure: g.Key, Cases: Names([.. g.Select(f => f.View)], cases))).ToArray();
        var where = string.Join("; ", figures.Select(f => f.Figure.Length == 0 ? f.Cases : f.Cases.Length == 0 ? f.Figure : $"{f.Figure}: {f.Cases}"));
        return [Inline.Bold(topic), $": {text}{(where.Length > 0 ? $" ({where})" : "")}"];
    }

    // A variant's name stands for all its cases, nothing for all of the suite.
    static string Names(CaseView[] some, IReadOnlyList<CaseView> all)
    {
        if (some.Length == all.Count(c => c.Summary is not null)) { return ""; }
        var variants = all.Select(c => c.Run.Variant).Distinct().Count();
        return string.Join(", ", some.GroupBy(c => c.Run.Variant).Select(g =>
            g.Count() == all.Count(c => c.Run.Variant == g.Key && c.Summary is not null) ? g.Key
            : (variants > 1 ? $"{g.Key} with " : "") + string.Join(" | ", g.Select(c => c.ParameterText))));
    }
}
