namespace DetrPerfLab.Report;

/// <summary>Effects of the axes, and whether their savings multiply.</summary>
static class FactorialSection
{
    internal static Section Create(ReportModel model)
    {
        if (Factorial.From([.. model.Suite("Factorial")], out var reason) is not { } factorial)
        {
            return new Section("axes", "Effects of the axes", [new Paragraph([$"Left out: {reason}."], Tone.Note)]);
        }

        var interactions = factorial.Interactions();
        CaseView[] disturbed = [.. model.Suite("Factorial").Where(c => c.IsContaminated)];
        return new Section("axes", "Effects of the axes",
        [
            new Paragraph([$"Every combination of {string.Join(" × ", factorial.Factors.Select(f => $"{f.Name} ({string.Join(", ", f.Levels)})"))} was measured."]),
            .. disturbed.Length == 0 ? (Block[])[] : [new Paragraph([$"Every effect below also rests on contaminated runs: {string.Join("; ", disturbed.Select(c => $"{c.Run.Variant}, {c.ParameterText}"))}."], Tone.Warning)],
            new SubHeading("Main effects"),
            new Table("Main effects", [new("change"), new("times faster", Numeric: true, Help: "geometric mean over all combinations of the other factors")],
                [.. factorial.MainEffects().Select(e => (IReadOnlyList<Cell>)[new([$"{e.Factor}: ", Inline.Code(e.From), " to ", Inline.Code(e.Level)]), Cells.Factor(e.Gain)])]),
            new SubHeading("Do the savings multiply?"),
            new Table("Two-way interactions", [new("both together"), new("gain / product of gains", Numeric: true, Help: "gain with both over the product of the two gains"), new("reading")],
                [.. interactions.Select(i => (IReadOnlyList<Cell>)
                [
                    new([$"{i.Factor} ", Inline.Code(i.Level), $" with {i.WithFactor} ", Inline.Code(i.WithLevel)]),
                    Cells.Factor(i.Ratio),
                    new(Reading(i.Ratio)),
                ])]),
        ]);
    }

    static string Reading(Estimate ratio) => ratio.Interval switch
    {
        null => "undecided: too few samples",
        { Lower: > 1.02 } => "more than the product",
        { Upper: < 0.98 } => "less than the product",
        { Lower: > 0.98, Upper: < 1.02 } => "they multiply",
        _ => "they multiply within the noise",
    };
}
