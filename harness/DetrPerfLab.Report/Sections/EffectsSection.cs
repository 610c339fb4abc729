namespace DetrPerfLab.Report;

/// <summary>The table in the form that deployment reports use: one row a variant, what it costs and what it gains.</summary>
static class EffectsSection
{
    internal static Section Create(ReportModel model, bool withCharts)
    {
        var blocks = new List<Block>(model.Problems.Select(p => new Paragraph([p], Tone.Warning)));
        if (model.Effects.Count > 0)
        {
            var withAp = model.Effects.Any(c => c.Run.CocoAp is not null);
            var withTop1 = model.Effects.Any(c => c.Run.Top1 is not null);
            blocks.Add(CaseColumn.Table("What each variant costs and gains",
                [
                    .. CaseColumns.OfVariants.Except([CaseColumns.PeakShare]).Select(c => c == CaseColumns.SpeedUp ? SpeedUp(model.Effects) : c),
                    .. withTop1 ? (CaseColumn[])[CaseColumns.Top1] : [],
                    .. withAp ? (CaseColumn[])[CaseColumns.Ap] : [], // not a whole column of the same reason: the text below says so
                    CaseColumns.Difference,
                ], model.Effects));
            blocks.Add(new Paragraph([
                $"Latency and speed-up: median and 95 % bootstrap interval. Speed-up: over {VariantName.Baseline} of the same run. Managed: bytes allocated by one operation. " +
                "Max difference: largest absolute difference to the reference, of logits and of boxes (fractions of the image). " +
                (withAp ? "AP: COCO AP@[.50:.95] in points; below it the difference to the reference, with a 95 % interval over images." : withTop1 ? "Top-1: pictures whose first class is right, in points; below it the difference to the reference, with a 95 % interval over pictures." : "No AP was measured.")], Tone.Note));
        }
        else
        {
            blocks.Add(new Paragraph(["Neither the engine nor the precision suite has results; what other suites measured stands below."]));
        }

        var drawing = SpeedUpChart.Create(model);
        if (withCharts) { blocks.Add(drawing.Chart is { } chart ? new Figure(chart) : new Paragraph([$"No chart of speed-ups: {drawing.Reason}."], Tone.Note)); }
        return new Section("effects", "What each variant costs and gains", blocks);
    }

    /// <summary>A variant is compared within its own suite; where that suite's baseline is not the row shown, the cell says what was.</summary>
    static CaseColumn SpeedUp(IReadOnlyList<CaseView> shown) => CaseColumn.Figure("speed-up", $"over {VariantName.Baseline} of the same run; 95 % interval below", view =>
    {
        var cell = Cells.SpeedUp(view);
        if (view.Baseline is not { } baseline || shown.Contains(baseline)) { return cell; }
        var note = $"baseline: {baseline.Run.Variant} of the {baseline.Run.Suite} suite, {Format.Significant(baseline.Summary!.Median)} ms";
        return cell with { Note = cell.Note is null ? note : $"{cell.Note}; {note}" };
    });
}
