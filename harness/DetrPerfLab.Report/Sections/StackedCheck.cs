namespace DetrPerfLab.Report;

/// <summary>What stands beside the waterfall: whether the product of the steps equals the whole, and whether the last step is one to take.</summary>
static class StackedCheck
{
    internal static IEnumerable<Block> Create(ReportModel model, Answer answer)
    {
        var steps = WaterfallChart.Steps(model);
        if (steps.Length < 2) { yield break; }
        yield return new Paragraph([.. Product(steps, WaterfallChart.Again(model, steps[0]))]);
        yield return new Paragraph([.. Accepted(steps, answer)]);
    }

    static IEnumerable<Inline> Product(CaseView[] steps, CaseView? again)
    {
        CaseView[] disturbed = [.. steps.Where(s => s.IsContaminated)];
        if (disturbed.Length > 0)
        {
            yield return $"The steps are not multiplied: {string.Join(", ", disturbed.Select(WaterfallChart.Label))} ran in a contaminated run, which decides nothing.";
            yield break;
        }

        yield return Inline.Bold("The product of the steps");
        yield return $" is {string.Join(" · ", steps.Zip(steps.Skip(1), (a, b) => Format.Times(Estimate.Ratio(a, b)!.Value.Value)))} = {Ratio(steps[0], steps[^1])}. ";
        if (again is null or { IsContaminated: true })
        {
            yield return again is null ? "The first step was not measured both before and after the others, so drift of the machine is not known." : "The first step's repetition at the end was contaminated, so drift of the machine is not known.";
            yield break;
        }

        yield return Inline.Bold("Measured directly");
        yield return $", from the first step repeated after the last, it is {Ratio(again, steps[^1])}. The repeated first step took {Ratio(again, steps[0])} the time of its first run: ";
        yield return Estimate.Ratio(again, steps[0])!.Value.Interval switch
        {
            null => "too few samples to tell whether the machine drifted.",
            { Lower: <= 1, Upper: >= 1 } => "no drift beyond the noise.",
            _ => "the machine drifted by this factor while the steps ran, and the gain of each step is uncertain by as much.",
        };
    }

    // By the rule of the answer, which judges variants by their accuracy and agreement in the suite of the answer.
    static IEnumerable<Inline> Accepted(CaseView[] steps, Answer answer)
    {
        Candidate? Of(CaseView step) => answer.Candidates.FirstOrDefault(c => c.View.Run.Variant == step.Run.Variant);
        yield return Inline.Bold($"The last step runs {steps[^1].Run.Variant}");
        yield return Of(steps[^1]) switch
        {
            null => ", which the suite of the answer did not measure: it is not known whether it keeps to the answer's limits.",
            { Fit: Fit.Meets } => ", which keeps to the answer's limits.",
            { Fit: Fit.Undecided } candidate => $", and it is undecided whether that keeps to the answer's limits: {string.Join("; ", candidate.Reasons)}.",
            { } candidate => $", which does not keep to the answer's limits: {string.Join("; ", candidate.Reasons)}.",
        };
        if (Of(steps[^1]) is not { Fit: Fit.Meets } && steps.LastOrDefault(s => Of(s) is { Fit: Fit.Meets }) is { } accepted && accepted != steps[0] && !accepted.IsContaminated && !steps[0].IsContaminated)
        {
            yield return $" Up to the last step that does ({WaterfallChart.Label(accepted)}) the speed-up is {Ratio(steps[0], accepted)}.";
        }
    }

    static string Ratio(CaseView from, CaseView to) => Cells.Times(Estimate.Ratio(from, to)!.Value);
}
