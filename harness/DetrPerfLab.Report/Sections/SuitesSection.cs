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
            blocks.Add(new Table("Suites without results, and what measures them", [new("suite"), new("what it shows"), new("measure it with")],
                [.. lacking.Select(s => (IReadOnlyList<Cell>)[new(s.Name), new(s.Asks), new(Inline.Code(s.Command))])]));
        }

        return new Section("suites", "Suite by suite", blocks);
    }

    static IEnumerable<Block> Measured(Suite suite, CaseView[] cases, IReadOnlySet<(string, Finding)> told)
    {
        yield return new SubHeading(suite.Name);
        string[] variants = [.. cases.Select(c => c.Run.Variant).Distinct()];
        yield return new Paragraph([$"{(suite.Asks.Length > 0 ? $"Shows {suite.Asks}. " : "")}Compared with {suite.ComparedWith}.", .. variants.Length == 1 ? (Inline[])[" All with ", Inline.Code(variants[0]), "."] : []], Tone.Note);
        if (SuiteSentences.Of(suite.Name, cases) is { Count: > 0 } sentences) { yield return new PointList(sentences); }
        yield return SuiteTables.Create(suite.Name, cases);
        if (SuiteFindings.Of(cases, told) is { Count: > 0 } findings)
        {
            yield return new Paragraph(["Found:"]);
            yield return new PointList(findings);
        }
    }
}
