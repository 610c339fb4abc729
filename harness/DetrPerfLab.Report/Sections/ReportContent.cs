namespace DetrPerfLab.Report;

/// <summary>Puts the sections together, top to bottom in the order of a reader's questions.</summary>
static class ReportContent
{
    internal static ReportDocument Create(ReportModel model, Limits limits, Answer answer, Section? comparison, bool withCharts) => new(
        "DETR performance on this machine",
        model.Caption,
        [
            AnswerSection.Create(model, limits, answer),
            EffectsSection.Create(model, withCharts),
            ColdSection.Create(model),
            .. withCharts ? (Section[])[Charts(model, answer)] : [],
            WhySection.Create(model),
            FactorialSection.Create(model),
            .. comparison is null ? (Section[])[] : [comparison],
            SuitesSection.Create(model),
            TrustSection.Create(model),
        ]);

    // First the steps with what they come to, then accuracy, then each suite's axis, then where the time of each variant goes.
    static Section Charts(ReportModel model, Answer answer)
    {
        Drawing[] drawings =
        [
            ParetoChart.Create(model), .. Suites.All.Where(s => s.Chart is not null && s.Chart != WaterfallChart.Create).Select(s => s.Chart!(model)),
            ModuleChart.Create(model), DistributionChart.Create(model), PeakChart.Create(model),
        ];
        var steps = WaterfallChart.Create(model);
        IReadOnlyList<Inline>[] lacking = [.. drawings.Prepend(steps).Select(d => d.Reason).OfType<string>().Select(reason => (IReadOnlyList<Inline>)[reason])];
        return new Section("charts", "Charts",
        [
            .. Figures(steps), .. StackedCheck.Create(model, answer), .. Figures(drawings),
            .. lacking.Length > 0 ? (Block[])[new Paragraph(["Not drawn:"]), new PointList(lacking)] : [],
        ]);
    }

    static IEnumerable<Block> Figures(params IEnumerable<Drawing> drawings) => drawings.Where(d => d.Chart is not null).Select(d => new Figure(d.Chart!));
}
