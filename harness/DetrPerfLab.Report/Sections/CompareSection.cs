namespace DetrPerfLab.Report;

/// <summary>Two result folders side by side: machines, or commits.</summary>
static class CompareSection
{
    internal static Section Create(ReportModel here, ReportModel other, bool acrossMachines)
    {
        var byId = other.Cases.ToDictionary(c => c.Run.Id, StringComparer.Ordinal);
        CaseView[] common = [.. here.Cases.Where(c => byId.ContainsKey(c.Run.Id))];
        // The results' own fingerprints count: machine.json may be newer than an old suite beside it.
        bool Same(CaseView view) => view.Run.Machine == byId[view.Run.Id].Run.Machine;
        var mixed = !common.All(Same);
        var blocks = new List<Block> { new Paragraph(["This: ", here.Caption, ". Other: ", other.Caption, "."]) };
        if (mixed && !acrossMachines)
        {
            blocks.Add(new Paragraph(["The fingerprints of machine and software differ, so ratios were not computed: they would mix the change with the machine. To compute them anyway: --across-machines."], Tone.Warning));
        }
        else if (mixed)
        {
            blocks.Add(new Paragraph(["The fingerprints of machine and software differ. Ratios marked with ≠ mix the change with the machine."], Tone.Warning));
        }

        blocks.AddRange(other.Problems.Select(p => new Paragraph([$"In the other folder: {p}"], Tone.Warning)));
        CaseColumn[] columns =
        [
            CaseColumn.Text("result", view => new(Inline.Code(view.Run.Id))),
            CaseColumn.Figure("this, ms", null, Cells.Latency),
            CaseColumn.Figure("other, ms", null, view => Cells.Latency(byId[view.Run.Id])),
            CaseColumn.Figure("this is faster by", null, view => Ratio(view, byId[view.Run.Id], Same(view), acrossMachines)),
        ];
        blocks.Add(common.Length == 0
            ? new Paragraph(["The two folders have no result in common."])
            : CaseColumn.Table("This folder and the other, case by case", columns, common));
        var (onlyHere, onlyThere) = (here.Cases.Count - common.Length, other.Cases.Count - common.Length);
        if (onlyHere + onlyThere > 0) { blocks.Add(new Paragraph([$"Not in both: {Format.Count(onlyHere, "result")} only here, {Format.Count(onlyThere, "result")} only in the other."], Tone.Note)); }
        return new Section("comparison", "Comparison", blocks) { Inside = $"{Format.Count(common.Length, "result")} of both folders, side by side" };
    }

    static Cell Ratio(CaseView view, CaseView before, bool same, bool acrossMachines)
    {
        if (!same && !acrossMachines) { return Cell.Empty("other machine or software"); }
        if (before.IsContaminated || view.IsContaminated) { return Cell.Empty("one of the two runs was contaminated, which decides nothing"); }
        if (Estimate.Ratio(before, view) is not { } ratio) { return Cell.Empty("no samples on one side"); }
        var cell = Cells.Factor(ratio);
        return same ? cell : cell with { Text = [$"{cell.Text[0].Text} ≠"] };
    }
}
