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
        var product = Estimate.Ratio(steps[0], steps[^1])!.Value;
        yield return Inline.Bold("The product of the steps");
        yield return $" is {string.Join(" · ", steps.Zip(steps.Skip(1), (a, b) => Format.Times(Estimate.Ratio(a, b)!.Value.Value) + Disturbed.Mark(a, b)))} = {Cells.Times(product)}{Disturbed.Mark(steps[0], steps[^1])}. ";
        if (again is null)
        {
            yield return "The first step was not measured again at the end, so that there is nothing to hold it against.";
            yield break;
        }

        var drift = Estimate.Ratio(again, steps[0])!.Value;
        yield return Inline.Bold("The whole, measured directly");
        yield return $", from the first step measured again after the last, is {Cells.Times(Estimate.Ratio(again, steps[^1])!.Value)}{Disturbed.Mark(again, steps[^1])}. " +
            $"The first step took {Cells.Times(drift)}{Disturbed.Mark(again, steps[0])} as long as at first: ";
        yield return drift.Interval switch
        {
            null => "too few samples to tell whether both agree.",
            { Lower: <= 1, Upper: >= 1 } => "they agree within the noise.",
            _ => "they do not agree within the noise. The machine drifted while the steps ran, by that factor, and a step is known no better than that.",
        };
        if (Disturbed.Note([.. steps, again]) is { } note) { yield return $" ({note}.)"; }
    }

    // By the rule of the answer, which judges variants by the accuracy and agreement of the engine and precision suites.
    static IEnumerable<Inline> Accepted(CaseView[] steps, Answer answer)
    {
        Candidate? Of(CaseView step) => answer.Candidates.FirstOrDefault(c => c.View.Run.Variant == step.Run.Variant);
        var last = steps[^1];
        yield return Inline.Bold($"The last step runs {last.Run.Variant}");
        switch (Of(last))
        {
            case null: yield return ", which neither the engine nor the precision suite measured: whether it may be used cannot be told."; break;
            case { Fit: Fit.Meets }: yield return ", which the answer's rule accepts."; yield break;
            case { Fit: Fit.Undecided } candidate: yield return $", and whether that can be accepted cannot be told: {string.Join("; ", candidate.Reasons)}."; break;
            case { } candidate: yield return $", which the answer's rule does not accept: {string.Join("; ", candidate.Reasons)}."; break;
        }

        if (steps.LastOrDefault(s => Of(s) is { Fit: Fit.Meets }) is { } accepted && accepted != steps[0])
        {
            yield return $" Up to the last step that it accepts, {WaterfallChart.Label(accepted)}, the whole is {Cells.Times(Estimate.Ratio(steps[0], accepted)!.Value)}{Disturbed.Mark(steps[0], accepted)}.";
        }
    }
}
