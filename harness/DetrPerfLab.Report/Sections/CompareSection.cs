namespace DetrPerfLab.Report;

/// <summary>Two result folders side by side: machines, or commits.</summary>
static class CompareSection
{
    internal static Section Create(ReportModel here, ReportModel other, bool acrossMachines)
    {
        // The results' own fingerprints count: machine.json may be newer than an old suite beside it.
        var mixed = false;
        var rows = new List<IReadOnlyList<Cell>>();
        var byId = other.Cases.ToDictionary(c => c.Run.Id, StringComparer.Ordinal);
        foreach (var view in here.Cases.Where(c => byId.ContainsKey(c.Run.Id)))
        {
            var before = byId[view.Run.Id];
            var same = view.Run.Machine == before.Run.Machine;
            mixed |= !same;
            rows.Add([new(Inline.Code(view.Run.Id)), Cells.Latency(view), Cells.Latency(before), Ratio(view, before, same, acrossMachines)]);
        }

        var blocks = new List<Block>
        {
            new Paragraph(["This: ", here.Caption, ". Other: ", other.Caption, "."]),
        };
        if (mixed && !acrossMachines)
        {
            blocks.Add(new Paragraph(["The fingerprints of machine and software differ, so ratios were not computed: they would mix the change with the machine. To compute them anyway: --across-machines."], Tone.Warning));
        }
        else if (mixed)
        {
            blocks.Add(new Paragraph(["The fingerprints of machine and software differ. Ratios marked with ≠ mix the change with the machine."], Tone.Warning));
        }

        blocks.AddRange(other.Problems.Select(p => new Paragraph([$"In the other folder: {p}"], Tone.Warning)));
        blocks.Add(rows.Count == 0
            ? new Paragraph(["The two folders have no result in common."])
            : new Table("This folder and the other, case by case", [new("result"), new("this, ms", Numeric: true), new("other, ms", Numeric: true), new("this is faster by", Numeric: true)], rows) { Long = true });
        var (onlyHere, onlyThere) = (here.Cases.Count - rows.Count, other.Cases.Count - rows.Count);
        if (onlyHere + onlyThere > 0) { blocks.Add(new Paragraph([$"Not in both: {Format.Count(onlyHere, "result")} only here, {Format.Count(onlyThere, "result")} only in the other."], Tone.Note)); }
        return new Section("comparison", "Comparison", blocks);
    }

    static Cell Ratio(CaseView view, CaseView before, bool same, bool acrossMachines)
    {
        if (!same && !acrossMachines) { return Cell.Empty("other machine or software"); }
        if (Estimate.Ratio(before, view) is not { } ratio) { return Cell.Empty("no samples on one side"); }
        var cell = Cells.Factor(ratio);
        return same ? cell : cell with { Text = [$"{cell.Text[0].Text} ≠"] };
    }
}
