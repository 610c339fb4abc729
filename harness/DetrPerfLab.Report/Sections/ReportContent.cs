namespace DetrPerfLab.Report;

/// <summary>Puts the sections together, top to bottom in the order of a reader's questions; all but the first is folded away in HTML.</summary>
static class ReportContent
{
    internal static ReportDocument Create(ReportModel model, Limits limits, Answer answer, Section? comparison, bool withCharts) => new(
        "DETR performance on this machine",
        model.Caption,
        [
            AnswerSection.Create(model, limits, answer, withCharts),
            LimitsSection.Create(model, limits, answer),
            .. comparison is null ? (Section[])[] : [comparison],
            .. withCharts ? (Section[])[Charts(model, answer)] : [],
            WhySection.Create(model),
            .. FactorialSection.Create(model) is { } axes ? (Section[])[axes] : [],
            SuitesSection.Create(model),
            TrustSection.Create(model),
        ]);

    // First the steps with what they come to, then accuracy, then each suite's axis, then where the time of each variant goes.
    static Section Charts(ReportModel model, Answer answer)
    {
        Drawing[] drawings =
        [
            ParetoChart.Create(model), .. Suites.All.Where(s => s.Chart is not null && s.Chart != WaterfallChart.Create).Select(s => s.Chart!(model)),
            ModuleChart.Create(model), PeakChart.Create(model),
        ];
        var steps = WaterfallChart.Create(model);
        string[] lacking = [.. drawings.Prepend(steps).Select(d => d.Reason).OfType<string>()];
        Chart[] drawn = [.. drawings.Prepend(steps).Select(d => d.Chart).OfType<Chart>()];
        return new Section("charts", "Charts",
        [
            .. Figures(steps), .. StackedCheck.Create(model, answer), .. Figures(drawings),
            .. lacking.Length > 0 ? (Block[])[new Paragraph([$"Not drawn: {string.Join("; ", lacking)}."], Tone.Note)] : [],
        ])
        { Inside = drawn.Length == 0 ? "why none could be drawn" : string.Join(", ", drawn.Select(c => c.Name)) };
    }

    static IEnumerable<Block> Figures(params IEnumerable<Drawing> drawings) => drawings.Where(d => d.Chart is not null).Select(d => new Figure(d.Chart!));
}
