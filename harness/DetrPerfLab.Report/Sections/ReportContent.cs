namespace DetrPerfLab.Report;

/// <summary>Puts the sections together.</summary>
static class ReportContent
{
    internal static ReportDocument Create(ReportModel model)
    {
        var sections = new List<Section> { Effects(model) };
        return new ReportDocument("DETR performance", sections);
    }

    static Section Effects(ReportModel model)
    {
        var blocks = new List<Block> { new Paragraph([model.Caption], Tone.Note) };
        blocks.AddRange(model.Problems.Select(p => new Paragraph([p], Tone.Warning)));
        if (model.Effects.Count > 0) { blocks.Add(EffectTable.Create(model)); }
        AddFigure(blocks, SpeedUpChart.Create(model), "speed-up");
        return new Section("effects", "What each variant costs and gains", blocks);
    }

    // What the data does not give is left out, with its reason.
    static void AddFigure(List<Block> blocks, Drawing drawing, string what)
    {
        if (drawing.Chart is { } chart) { blocks.Add(new Figure(chart)); }
        else { blocks.Add(new Paragraph([$"No chart of {what}: {drawing.Reason}."], Tone.Note)); }
    }
}
