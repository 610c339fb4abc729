namespace DetrPerfLab.Report;

/// <summary>What the first answer costs, apart from the steady state.</summary>
static class ColdSection
{
    internal static Section Create(ReportModel model)
    {
        CaseView[] steps = WaterfallChart.Steps(model);
        CaseView[] cases = [.. model.Effects.Concat(steps).Where(c => c.Run.Cold is not null)];
        CaseColumn[] columns =
        [
            CaseColumns.Variant,
            CaseColumn.Text("operation", view => new(steps.Contains(view) ? $"photograph to detections: {WaterfallChart.Label(view)}" : "the network")),
            .. CaseColumns.Cold,
            CaseColumn.Figure("steady, ms", "median once warm, of the whole operation that the case times", Cells.Latency),
            CaseColumn.Figure("warm-up, operations", "run before the samples, until the rule called them steady", view => view.Run.WarmUp is { } warmUp ? new($"{warmUp.Operations}", warmUp.Operations, warmUp.Rule) : Cell.Blank),
        ];
        return new Section("cold", "The first detection", cases.Length == 0
            ? [new Paragraph(["No cold figures were stored."], Tone.Note)]
            :
            [
                CaseColumn.Table("Cold start, apart from the steady state", columns, cases),
                new Paragraph(["Each was measured once, in a fresh process. The model file may already be in the system's file cache. The last section has these figures for every case."], Tone.Note),
            ]);
    }
}
