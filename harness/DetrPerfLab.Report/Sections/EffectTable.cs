namespace DetrPerfLab.Report;

/// <summary>The table in the form that deployment reports use: one row a variant, what it costs and what it gains.</summary>
static class EffectTable
{
    internal static Table Create(ReportModel model)
    {
        // A column that would be empty throughout is left out; the text below the table says so.
        var withAp = model.Effects.Any(c => c.Run.CocoAp is not null);
        Column[] columns =
        [
            new("variant"),
            new("verdict", Help: "by the whole interval of the speed-up"),
            new("latency, ms", Numeric: true, Help: "median of one operation; 95 % interval below"),
            new("p90, ms", Numeric: true, Help: "only from enough samples"),
            new("images/s", Numeric: true),
            new("speed-up", Numeric: true, Help: $"over {VariantName.Baseline} of the same run; 95 % interval below"),
            new("managed", Numeric: true, Help: "managed bytes allocated by one operation"),
            new("peak, MiB", Numeric: true, Help: "largest resident set while the operations ran"),
            new("model, MiB", Numeric: true),
            .. withAp ? (Column[])[new("AP", Numeric: true, Help: "COCO AP@[.50:.95] in points; difference to the reference below")] : [],
            new("max difference", Numeric: true, Help: "largest absolute difference to the reference, of logits and of boxes (fractions of the image)"),
        ];
        return new Table("What each variant costs and gains", columns, [.. model.Effects.Select(view => Row(view, model.Effects, withAp))]);
    }

    internal static Paragraph Legend(ReportModel model) => new([
        $"Latency and speed-up: median and 95 % bootstrap interval; speed-up over {VariantName.Baseline} of the same run. Managed: bytes allocated by one operation. " +
        "Max difference: of logits, and of boxes as a fraction of the image, to the reference." +
        (model.Effects.Any(c => c.Run.CocoAp is not null) ? " AP: COCO AP@[.50:.95] in points, difference to the reference with its 95 % interval over images." : " No AP was measured.")], Tone.Note);

    /// <summary>A variant is compared within its own suite; where that suite's baseline is not the row shown, the cell says what was.</summary>
    static Cell SpeedUp(CaseView view, IReadOnlyList<CaseView> shown)
    {
        var cell = Cells.SpeedUp(view);
        return view.Baseline is not { } baseline || shown.Contains(baseline) ? cell : cell with { Note = string.Join("; ", new[] { cell.Note, CountedFrom(baseline) }.OfType<string>()) };
    }

    static string CountedFrom(CaseView baseline) =>
        $"counted from {baseline.Run.Variant} as the suite {baseline.Run.Suite} measured it beside this row: {Format.Significant(baseline.Summary!.Median)} ms";

    static IReadOnlyList<Cell> Row(CaseView view, IReadOnlyList<CaseView> shown, bool withAp) =>
    [
        new(Inline.Code(view.Run.Variant)),
        Cells.Verdict(view),
        Cells.Latency(view),
        Cells.Percentile(view, s => s.P90),
        Cells.ImagesPerSecond(view),
        SpeedUp(view, shown),
        Cells.Allocation(view),
        Cells.PeakMemory(view),
        Cells.ModelSize(view),
        .. withAp ? (Cell[])[Cells.Ap(view)] : [],
        Cells.Difference(view),
    ];
}
