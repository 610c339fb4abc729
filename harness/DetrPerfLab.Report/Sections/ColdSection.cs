namespace DetrPerfLab.Report;

/// <summary>What the first answer costs, apart from the steady state: a service that scales to zero pays it each time.</summary>
static class ColdSection
{
    static readonly Column[] s_columns =
    [
        new("variant"),
        new("operation"),
        new("start to first, ms", Numeric: true, Help: "from the start of the process to its first detections"),
        new("load, ms", Numeric: true, Help: "loading the model and building the engine"),
        new("first, ms", Numeric: true, Help: "the engine's first inference"),
        new("steady, ms", Numeric: true, Help: "median once warm, of the whole operation that the case times"),
        new("warm-up, operations", Numeric: true, Help: "spent before the samples, until steady by the rule"),
    ];

    internal static Section Create(ReportModel model)
    {
        IReadOnlyList<Cell>[] rows =
        [
            .. model.Effects.Where(c => c.Run.Cold is not null).Select(c => Row(c, "the network")),
            .. WaterfallChart.Steps(model).Where(c => c.Run.Cold is not null).Select(c => Row(c, $"photograph to detections: {WaterfallChart.Label(c)}")),
        ];
        return new Section("cold", "The first detection", rows.Length == 0
            ? [new Paragraph(["No cold figures were stored."], Tone.Note)]
            :
            [
                new Table("Cold start, apart from the steady state", s_columns, rows),
                new Paragraph(["Each measured once, in a fresh process; the model file may lie in the system's cache of files. The same figures of every other case stand in the last section."], Tone.Note),
            ]);
    }

    /// <summary>A cold figure, empty with the reason.</summary>
    internal static Cell Ms(CaseView view, Func<ColdInfo, double?> of) => view.Run.Cold is { } cold && of(cold) is { } value ? new(Format.Significant(value), value)
        : view.Gap is null ? Cell.Empty("not measured in this case") : Cell.Blank;

    static IReadOnlyList<Cell> Row(CaseView view, string what) =>
    [
        new(Inline.Code(view.Run.Variant), hint: view.Run.Id),
        new(what),
        Ms(view, c => c.ProcessToFirstMs),
        Ms(view, c => c.LoadMs),
        Ms(view, c => c.FirstMs),
        Cells.Latency(view),
        view.Run.WarmUp is { } warmUp ? new(warmUp.Operations.ToString(System.Globalization.CultureInfo.InvariantCulture), warmUp.Operations, warmUp.Rule) : Cell.Blank,
    ];
}
