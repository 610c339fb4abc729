namespace DetrPerfLab.Report;

/// <summary>Something that was found of a case.</summary>
sealed record Found(CaseView View, Finding Finding)
{
    /// <summary>Equal findings once, with the cases that they hold for.</summary>
    /// <param name="onlyDifferences">Leave out what holds for all cases with equal figures: it tells none from another.</param>
    internal static IEnumerable<IReadOnlyList<Inline>> Points(IEnumerable<Found> found, CaseView[] cases, bool onlyDifferences = false) => found
        .GroupBy(f => (f.Finding.Topic, f.Finding.Text))
        .Select(g => (g.Key, Found: g.ToArray()))
        .Where(g => !onlyDifferences || cases.Length < 2 || g.Found.Length < cases.Length || g.Found.Any(f => f.Finding.Figure != g.Found[0].Finding.Figure))
        .Select(g => Point(g.Key.Topic, g.Key.Text, g.Found, cases));

    // Once each, with the cases that it holds for.
    static IReadOnlyList<Inline> Point(string topic, string text, Found[] found, CaseView[] cases)
    {
        var figures = found.GroupBy(f => f.Finding.Figure ?? "").Select(g => (Figure: g.Key, Cases: Names([.. g.Select(f => f.View)], cases)));
        var where = string.Join("; ", figures.Select(f => f.Figure.Length == 0 ? f.Cases : f.Cases.Length == 0 ? f.Figure : $"{f.Figure}: {f.Cases}"));
        return [Inline.Bold(topic), $": {text}{(where.Length > 0 ? $" ({where})" : "")}"];
    }

    // A variant's name stands for all its cases, nothing for all of the suite.
    static string Names(CaseView[] some, CaseView[] all)
    {
        if (some.Length == all.Count(c => c.Summary is not null)) { return ""; }
        var variants = all.Select(c => c.Run.Variant).Distinct().Count();
        return string.Join(", ", some.GroupBy(c => c.Run.Variant).Select(g =>
            g.Count() == all.Count(c => c.Run.Variant == g.Key && c.Summary is not null) ? g.Key
            : (variants > 1 ? $"{g.Key} with " : "") + Apart([.. g], [.. all.Where(c => c.Run.Variant == g.Key && c.Summary is not null)])));
    }

    // What tells some cases of a variant from its others: one parameter, where that is enough, else all that are not alike everywhere.
    static string Apart(CaseView[] some, CaseView[] all)
    {
        string[] names = [.. all.SelectMany(c => c.Run.Parameters.Keys).Distinct(StringComparer.OrdinalIgnoreCase)];
        CaseView[] others = [.. all.Except(some)];
        var enough = names.Where(n => some.All(c => others.All(o => o.Parameter(n) != c.Parameter(n)))).MinBy(n => some.Select(c => c.Parameter(n)).Distinct().Count());
        return string.Join(" | ", enough is not null ? some.Where(c => c.Parameter(enough) is not null).Select(c => $"{enough.ToLowerInvariant()} {c.Parameter(enough)}").Distinct().DefaultIfEmpty($"no {enough.ToLowerInvariant()}")
            : some.Select(c => c.TextWithout([.. names.Where(n => all.All(o => o.Parameter(n) == all[0].Parameter(n)))])));
    }
}
