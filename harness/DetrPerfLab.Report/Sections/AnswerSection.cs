namespace DetrPerfLab.Report;

/// <summary>One sentence and one table: on this machine, with these limits, use this.</summary>
static class AnswerSection
{
    internal static Section Create(ReportModel model, Limits limits, Answer answer)
    {
        var blocks = new List<Block> { new Paragraph(Sentence(model, limits, answer), Tone.Lead) };
        if (answer.Best is { } best)
        {
            blocks.Add(ChoiceTable(model, [best, .. answer.Ties]));
            blocks.Add(new Paragraph(["Repeat the measurement with:"]));
            blocks.Add(new CodeBlock(string.Join('\n', Repeating.Commands([best.View]))));
        }

        Candidate[] excluded = [.. answer.Candidates.Where(c => c != answer.Best && c.Reasons.Count > 0 && !answer.Ties.Contains(c))];
        if (excluded.Length > 0)
        {
            blocks.Add(new Paragraph(["Not recommended:"]));
            blocks.Add(new PointList([.. excluded.Select(c => (IReadOnlyList<Inline>)[Inline.Code(c.View.Run.Variant), $": {string.Join("; ", c.Reasons)}"])]));
        }

        return new Section("answer", "The answer", blocks);
    }

    internal static IReadOnlyList<Inline> Sentence(ReportModel model, Limits limits, Answer answer)
    {
        var machine = model.Machine is { } m ? $"On {m.CpuModel} with {m.Cores} cores" : "On this machine (its description is missing)";
        var kept = Kept(limits);
        var lead = kept.Length > 0 ? $"{machine}, {kept}, " : $"{machine}, ";
        if (answer.Best is not { } best)
        {
            return [lead, Inline.Bold("nothing can be recommended"), model.Effects.Count == 0
                ? ": neither the engine nor the precision suite has results."
                : ": no variant keeps to the limits, or none was measured beside the baseline."];
        }

        var view = best.View;
        var runs = new List<Inline> { lead };
        if (answer.Ties.Count == 0)
        {
            runs.AddRange(["use ", Inline.Bold(view.Run.Variant)]);
        }
        else
        {
            runs.AddRange(["it is ", Inline.Bold("undecided"), " between ", Inline.Bold(view.Run.Variant)]);
            foreach (var (i, tie) in answer.Ties.Index()) { runs.AddRange([i == answer.Ties.Count - 1 ? " and " : ", ", Inline.Bold(tie.View.Run.Variant)]); }
            runs.Add($" (their intervals overlap); {view.Run.Variant} has the lower median");
        }

        var speed = Naive(model, view) is { } naive ? $": {Cells.Times(naive)} as fast as the naive port" : $": {Cells.Times(view.SpeedUp!.Value)} as fast as {VariantName.Baseline}";
        runs.Add($"{speed}, {Accuracy(view)}, {(view.Run.Memory?.PeakRssBytes is { } peak ? $"{Format.Mebibytes(peak)} MiB peak memory" : "memory not measured")}.");
        if (best.Fit == Fit.Undecided) { runs.Add($" It is undecided whether it keeps to the limits: {string.Join("; ", best.Reasons)}."); }
        return runs;
    }

    /// <summary>Speed-up over the naive port; through the common baseline where the two were measured in different runs, then with the widest interval.</summary>
    internal static Estimate? Naive(ReportModel model, CaseView view)
    {
        if (model.Effects.FirstOrDefault(c => c.Run.Variant == VariantName.Naive && c.SpeedUp is not null) is not { } naive || view.SpeedUp is not { } speedUp) { return null; }
        if (naive == view) { return null; }
        if (naive.Run.Suite == view.Run.Suite) { return Estimate.Ratio(naive, view); }
        var slow = naive.SpeedUp!.Value;
        var value = speedUp.Value / slow.Value;
        return speedUp.Interval is null || slow.Interval is null
            ? new(value, null)
            : new(value, new Interval(value, speedUp.Lower / slow.Upper, speedUp.Upper / slow.Lower, 0.95));
    }

    static string Kept(Limits limits)
    {
        var kept = new List<string>();
        if (limits.MaxApLoss is { } loss) { kept.Add($"losing at most {Format.Significant(loss)} AP points"); }
        if (limits.MaxMemoryBytes is { } bytes) { kept.Add($"within {Format.Mebibytes(bytes)} MiB"); }
        if (limits.MaxLatencyMs is { } ms) { kept.Add($"in at most {Format.Significant(ms)} ms"); }
        return string.Join(", ", kept);
    }

    static string Accuracy(CaseView view) => view.Accuracy is { Difference: { } difference } measured ? $"{measured.Name} difference {Cells.ApDifference(difference)} points"
        : view.Run.Variant == VariantName.Baseline ? "which is the reference itself"
        : view.Run.Agreement?.ClassChangedShare is { } changed ? $"{Format.Percent(changed, 1)} of the queries changed class (no AP was measured)"
        : "accuracy not measured";

    static Table ChoiceTable(ReportModel model, IEnumerable<Candidate> choice) => CaseColumn.Table("The recommended variant, and those that cannot be distinguished from it",
    [
        CaseColumn.Text("use", view => new(Inline.Bold(view.Run.Variant))),
        CaseColumn.Figure("over the naive port", null, view => Naive(model, view) is { } naive ? Cells.Factor(naive) : Cell.Empty("the naive port was not measured")),
        CaseColumn.Figure($"over {VariantName.Baseline}", null, view => Cells.SpeedUp(view)),
        CaseColumns.Latency,
        CaseColumn.Figure($"{choice.Select(c => c.View.Accuracy?.Name).FirstOrDefault(n => n is not null) ?? "AP"} difference, points", null, view => view.Accuracy?.Difference is { } difference
            ? new(Format.Signed(difference.Value, 1), difference.Value) { Second = Cells.ApRange(difference) }
            : view.Run.Variant == VariantName.Baseline ? new("reference") : Cells.Missing(view, Cells.NoAp)),
        CaseColumns.Peak,
    ], [.. choice.Select(c => c.View)]);
}
