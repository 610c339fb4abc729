namespace DetrPerfLab.Report;

/// <summary>Suite by suite: what it shows in words, every case with the figures that the suite is about, what was found; then the suites that were not measured.</summary>
static class SuitesSection
{
    internal static Section Create(ReportModel model)
    {
        var told = model.Effects.SelectMany(c => c.Run.Findings.Select(f => (c.Run.Variant, f))).ToHashSet();
        var suites = model.Cases.GroupBy(c => c.Run.Suite, StringComparer.Ordinal).ToArray();
        var blocks = suites.SelectMany(s => Measured(Suites.Find(s.Key), [.. s], told)).ToList();
        Suite[] lacking = [.. Suites.All.Where(s => suites.All(m => m.Key != s.Name))];
        if (lacking.Length > 0)
        {
            blocks.Add(new SubHeading("Not measured"));
            blocks.Add(new Table("Suites without results, and the commands that measure them", [new("suite"), new("what it shows"), new("command")],
                [.. lacking.Select(s => (IReadOnlyList<Cell>)[new(s.Name), new(s.Asks), new(Inline.Code(s.Command))])]));
        }

        return new Section("suites", "Suite by suite", blocks);
    }

    static IEnumerable<Block> Measured(Suite suite, CaseView[] cases, IReadOnlySet<(string Variant, Finding Finding)> told)
    {
        yield return new SubHeading(suite.Name);
        string[] variants = [.. cases.Select(c => c.Run.Variant).Distinct()];
        yield return new Paragraph([$"{(suite.Asks.Length > 0 ? $"Shows {suite.Asks}. " : "")}Compared with {suite.ComparedWith}.", .. variants.Length == 1 ? (Inline[])[" All with ", Inline.Code(variants[0]), "."] : []], Tone.Note);
        if (suite.Sentences([.. cases.Where(c => c.Summary is not null)]).ToArray() is { Length: > 0 } sentences) { yield return new PointList(sentences); }
        yield return CaseColumn.Table($"Every case of the suite {suite.Name}", suite.Columns, cases);
        IReadOnlyList<Inline>[] findings =
        [
            .. cases.SelectMany(view => view.Run.Findings.Where(f => !told.Contains((view.Run.Variant, f))).Select(finding => (View: view, Finding: finding)))
                .GroupBy(f => (f.Finding.Topic, f.Finding.Text))
                .Select(g => Point(g.Key.Topic, g.Key.Text, [.. g], cases)),
        ];
        if (findings.Length > 0)
        {
            yield return new Paragraph(["Found:"]);
            yield return new PointList(findings);
        }
    }

    // Once each, with the cases that it holds for.
    static IReadOnlyList<Inline> Point(string topic, string text, (CaseView View, Finding Finding)[] found, CaseView[] cases)
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
