namespace DetrPerfLab.Report;

/// <summary>Effects of the axes, and whether their savings multiply.</summary>
static class FactorialSection
{
    internal static Section? Create(ReportModel model)
    {
        CaseView[] cases = [.. model.Suite("Factorial")];
        if (cases.Length == 0) { return null; }
        if (Factorial.From(cases, out var reason) is not { } factorial)
        {
            return new Section("axes", "Effects of the axes", [new Paragraph([$"Left out: {reason}."], Tone.Note)]) { Inside = "why it is left out" };
        }

        CaseView[] disturbed = [.. cases.Where(c => c.IsContaminated)];
        if (disturbed.Length > 0)
        {
            // Each effect is an average over all combinations, so one such run would be in all of them.
            return new Section("axes", "Effects of the axes", [new Paragraph([$"Left out: every effect would rest on contaminated runs ({string.Join("; ", disturbed.Select(c => $"{c.Run.Variant}, {c.ParameterText}"))}). Measure them again: {Suites.Find("Factorial").Command}"])])
            { Inside = "why it is left out" };
        }

        var interactions = factorial.Interactions();
        return new Section("axes", "Effects of the axes",
        [
            new Paragraph([$"Every combination of {string.Join(" × ", factorial.Factors.Select(f => $"{f.Name} ({string.Join(", ", f.Levels)})"))} was measured."]),
            new Table("Main effects", [new("change"), new("times faster", Numeric: true, Help: "geometric mean over all combinations of the other factors")],
                [.. factorial.MainEffects().Select(e => (IReadOnlyList<Cell>)[new([$"{e.Factor}: ", Inline.Code(e.From), " to ", Inline.Code(e.Level)]), Cells.Factor(e.Gain)])]),
            new Table("Two-way interactions", [new("both together"), new("gain / product of gains", Numeric: true, Help: "gain with both over the product of the two gains"), new("reading")],
                [.. interactions.Select(i => (IReadOnlyList<Cell>)
                [
                    new([$"{i.Factor} ", Inline.Code(i.Level), $" with {i.WithFactor} ", Inline.Code(i.WithLevel)]),
                    Cells.Factor(i.Ratio),
                    new(Reading(i.Ratio)),
                ])]),
        ])
        { Inside = $"{Format.Count(factorial.MainEffects().Count, "main effect")}, {Format.Count(interactions.Count, "interaction")}: do the savings multiply?" };
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
