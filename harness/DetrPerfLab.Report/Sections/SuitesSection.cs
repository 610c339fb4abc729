namespace DetrPerfLab.Report;

/// <summary>Suite by suite: what it says in words, a line for what is compared, what was found, and every case, folded away; then the suites that were not measured.</summary>
static class SuitesSection
{
    internal static Section Create(ReportModel model)
    {
        var told = model.Effects.SelectMany(c => c.Run.Findings.Select(f => (c.Run.Variant, f))).ToHashSet();
        var suites = model.Cases.GroupBy(c => c.Run.Suite, StringComparer.Ordinal).ToArray();
        var blocks = new List<Block>
        {
            new Paragraph(["Medians, and speed-ups with their 95 % intervals over what each line gives in ms. Every case with all its figures stands in report.html, its samples in the files of results."], Tone.Note),
        };
        if (model.Cases.Any(c => c.IsContaminated)) { blocks.Add(new Paragraph([Disturbed.Note(model.Cases)!, "."], Tone.Note)); }
        blocks.AddRange(suites.SelectMany(s => Measured(Suites.Find(s.Key), [.. s], told)));
        Suite[] lacking = [.. Suites.All.Where(s => suites.All(m => m.Key != s.Name))];
        if (lacking.Length > 0)
        {
            blocks.Add(new SubHeading("Not measured"));
            blocks.Add(new Table("Suites without results, and the commands that measure them", [new("suite"), new("what it shows"), new("command")],
                [.. lacking.Select(s => (IReadOnlyList<Cell>)[new(s.Name), new(s.Asks), new(Inline.Code(s.Command))])]));
        }

        return new Section("suites", "Suite by suite", blocks) { Inside = $"{string.Join(", ", suites.Select(s => s.Key))}: every case in a table" };
    }

    static IEnumerable<Block> Measured(Suite suite, CaseView[] cases, IReadOnlySet<(string Variant, Finding Finding)> told)
    {
        yield return new SubHeading(suite.Asks.Length > 0 ? $"{suite.Name}: {suite.Asks}" : suite.Name);
        yield return new PointList(
        [
            .. suite.Sentences([.. cases.Where(c => c.Summary is not null)]),
            .. CaseLines.Of(suite, cases),
            .. Found.Points(cases.SelectMany(view => view.Run.Findings.Where(f => !told.Contains((view.Run.Variant, f))).Select(finding => new Found(view, finding))), cases),
        ]);
        var table = CaseColumn.Table($"Every case of the suite {suite.Name}", suite.Columns, cases);
        yield return table with { Long = true, Below = [.. table.Below, $"Compared with {suite.ComparedWith}."] };
    }
}
