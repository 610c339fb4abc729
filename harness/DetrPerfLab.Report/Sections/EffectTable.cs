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
            new("speed-up", Numeric: true, Help: $"over {ReportModel.Baseline} of the same run; 95 % interval below"),
            new("managed", Numeric: true, Help: "managed bytes allocated by one operation"),
            new("peak, MiB", Numeric: true, Help: "largest resident set while the operations ran"),
            new("model, MiB", Numeric: true),
            .. withAp ? (Column[])[new("AP", Numeric: true, Help: "COCO AP@[.50:.95] in points; difference to the reference below")] : [],
            new("max difference", Numeric: true, Help: "largest absolute difference to the reference, of logits and of boxes (fractions of the image)"),
        ];
        return new Table("What each variant costs and gains", columns, [.. model.Effects.Select(view => Row(view, withAp))]);
    }

    internal static Paragraph Legend(ReportModel model) => new([
        $"Latency and speed-up: median and 95 % bootstrap interval; speed-up over {ReportModel.Baseline} of the same run. Managed: bytes allocated by one operation. " +
        "Max difference: of logits, and of boxes as a fraction of the image, to the reference." +
        (model.Effects.Any(c => c.Run.CocoAp is not null) ? " AP: COCO AP@[.50:.95] in points, difference to the reference with its 95 % interval over images." : " No AP was measured.")], Tone.Note);

    static IReadOnlyList<Cell> Row(CaseView view, bool withAp) =>
    [
        new(Inline.Code(view.Run.Variant)),
        Cells.Verdict(view),
        Cells.Latency(view),
        Cells.Percentile(view, s => s.P90),
        Cells.ImagesPerSecond(view),
        Cells.SpeedUp(view),
        Cells.Allocation(view),
        Cells.PeakMemory(view),
        Cells.ModelSize(view),
        .. withAp ? (Cell[])[Cells.Ap(view)] : [],
        Cells.Difference(view),
    ];
}
