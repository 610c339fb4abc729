namespace DetrPerfLab.Report;

/// <summary>Puts the sections together, top to bottom in the order of a reader's questions.</summary>
static class ReportContent
{
    static readonly (string What, Func<ReportModel, Drawing> Create)[] s_charts =
    [
        ("the stacked steps", WaterfallChart.Create),
        ("accuracy against latency", ParetoChart.Create),
        ("thread scaling", ThreadChart.Create),
        ("resolution", ResolutionChart.Create),
        ("batches", BatchChart.Create),
        ("chunking", ChunkingChart.Create),
        ("garbage collector modes", GcChart.Create),
        ("time by module", ModuleChart.Create),
        ("latency distributions", DistributionChart.Create),
        ("share of peak", PeakChart.Create),
    ];

    internal static ReportDocument Create(ReportModel model, Limits limits, Answer answer, Section? comparison, bool withCharts) => new(
        "DETR performance on this machine",
        model.Caption,
        [
            AnswerSection.Create(model, limits, answer),
            Effects(model, withCharts),
            ColdSection.Create(model),
            .. withCharts ? (Section[])[Charts(model, answer)] : [],
            WhySection.Create(model),
            FactorialSection.Create(model),
            .. comparison is null ? (Section[])[] : [comparison],
            SuitesSection.Create(model),
            TrustSection.Create(model),
        ]);

    static Section Effects(ReportModel model, bool withCharts)
    {
        var blocks = new List<Block>();
        blocks.AddRange(model.Problems.Select(p => new Paragraph([p], Tone.Warning)));
        if (model.Effects.Count > 0)
        {
            blocks.Add(EffectTable.Create(model));
            blocks.Add(EffectTable.Legend(model));
        }
        else
        {
            blocks.Add(new Paragraph(["Neither the engine nor the precision suite has results; what other suites measured stands below."]));
        }

        var drawing = SpeedUpChart.Create(model);
        if (withCharts) { blocks.Add(drawing.Chart is { } chart ? new Figure(chart) : new Paragraph([$"No chart of speed-ups: {drawing.Reason}."], Tone.Note)); }
        return new Section("effects", "What each variant costs and gains", blocks);
    }

    static Section Charts(ReportModel model, Answer answer)
    {
        var blocks = new List<Block>();
        var lacking = new List<IReadOnlyList<Inline>>();
        foreach (var (what, create) in s_charts)
        {
            var drawing = create(model);
            if (drawing.Chart is { } chart) { blocks.Add(new Figure(chart)); }
            else { lacking.Add([$"{what}: {drawing.Reason}"]); }

            if (create == WaterfallChart.Create) { blocks.AddRange(StackedCheck.Create(model, answer)); }
        }

        if (lacking.Count > 0)
        {
            blocks.Add(new Paragraph(["Not drawn:"]));
            blocks.Add(new PointList(lacking));
        }

        return new Section("charts", "Charts", blocks);
    }
}
