namespace DetrPerfLab.Report;

/// <summary>Which of pruning, distilling and quantising pays first on a trained model: each alone, against the model as it is in FP32.</summary>
static class CompressionSentences
{
    /// <summary>For example <c>pruned 20 %, tuned (INT8)</c>.</summary>
    internal static string NameOf(CaseView view) => $"{ModelOf(view)} ({view.Run.VariantName?.PrecisionName.ToUpperInvariant() ?? view.Run.Variant})";

    internal static IEnumerable<IReadOnlyList<Inline>> All(CaseView[] cases)
    {
        if (cases.FirstOrDefault(c => ModelOf(c) == CompressionRows.AsItIs && IsFloat(c)) is not { IsContaminated: false, Run.CocoAp: not null }) { yield break; }
        Way[] ways =
        [
            Way.Of("quantising", cases, c => ModelOf(c) == CompressionRows.AsItIs && !IsFloat(c)),
            Way.Of("pruning and fine-tuning", cases, c => IsFloat(c) && CompressionRows.IsPrunedAndTuned(ModelOf(c))),
            Way.Of("distilling", cases, c => IsFloat(c) && ModelOf(c) == CompressionRows.Taught),
        ];
        yield return First(ways);
        foreach (var way in ways.Where(w => w.Best is not null)) { yield return [Inline.Bold(way.Name), $": {Told(way.Best!)}."]; }
        if (Gain("Fine-tuning after pruning", cases, CompressionRows.IsPrunedAndTuned) is { } trained) { yield return trained; }
        if (Gain("A teacher", cases, name => name == CompressionRows.Taught) is { } taught) { yield return taught; }
    }

    static string ModelOf(CaseView view) => view.Parameter(CompressionRows.Model) ?? "";

    static bool IsFloat(CaseView view) => view.Run.VariantName is { Precision: Precision.Fp32 };

    static IReadOnlyList<Inline> First(Way[] ways)
    {
        Way[] known = [.. ways.Where(w => w.Best is not null)];
        string[] lacking = [.. ways.Except(known).Select(w => w.Name)];
        var rest = lacking.Length > 0 ? $" Not measured, or in contaminated runs only: {string.Join(", ", lacking)}." : "";
        if (known.Length < 2) { return [$"Which of {string.Join(", ", ways.Select(w => w.Name))} pays first is not known.{rest}"]; }
        Way[] paying = [.. known.Where(w => w.Best!.SpeedUp!.Value.Verdict == Verdict.Faster && w.Best.Accuracy!.Difference is { } loss && loss.Lower >= -Limits.DefaultApLoss).OrderByDescending(w => w.Best!.SpeedUp!.Value.Value)];
        if (paying.Length == 0) { return [$"None of {string.Join(", ", known.Select(w => w.Name))} is both decidedly faster and sure to lose at most {LimitsSection.Points(Limits.DefaultApLoss)} of AP.{rest}"]; }
        Way[] alike = [.. paying.Skip(1).Where(w => Estimate.Ratio(w.Best!, paying[0].Best!)!.Value.Verdict != Verdict.Faster)];
        return alike.Length > 0
            ? [Inline.Bold($"{string.Join(" and ", alike.Prepend(paying[0]).Select(w => w.Name))} pay alike"), $": their times cannot be told apart, and each is sure to lose at most {LimitsSection.Points(Limits.DefaultApLoss)} of AP.{rest}"]
            : [Inline.Bold($"{paying[0].Name} pays first"), $": of what is sure to lose at most {LimitsSection.Points(Limits.DefaultApLoss)} of AP it gains most.{rest}"];
    }

    /// <summary>What further training, or a teacher, brings in AP: by the intervals of the two differences, which are to the same model.</summary>
    static IReadOnlyList<Inline>? Gain(string what, CaseView[] cases, Predicate<string> isOfIt)
    {
        var judged = cases.Where(c => IsFloat(c) && c.Accuracy is not null).ToLookup(ModelOf);
        string[] gains = [.. judged.Where(g => isOfIt(g.Key)).SelectMany(g => judged[CompressionRows.Before(g.Key)!].Select(before => Told(before, g.First())))];
        return gains.Length == 0 ? null : [Inline.Bold(what), $" changes AP: {string.Join("; ", gains)}."];

        static string Told(CaseView before, CaseView after) =>
            $"{ModelOf(before)}, {Format.Number(before.Accuracy!.Points, 1)} to {Format.Number(after.Accuracy!.Points, 1)}{(Overlap(before, after) ? " (undecided)" : "")}";
    }

    static bool Overlap(CaseView one, CaseView other) => one.Accuracy!.Difference is not { } a || other.Accuracy!.Difference is not { } b || (a.Lower <= b.Upper && b.Lower <= a.Upper);

    static string Told(CaseView view) => $"{NameOf(view)}, {Cells.Times(view.SpeedUp!.Value)}, AP difference {Cells.ApDifference(view.Accuracy!.Difference!.Value)} points"
        + (view.Run.Artefact is { } small && view.Baseline?.Run.Artefact is { Bytes: > 0 } whole ? $", {Format.Percent(small.Bytes / (double)whole.Bytes)} of the size" : "");

    /// <summary>One of the three, and the best that it gives in a clean run: the fastest that is sure to keep to the loss, else what loses least.</summary>
    sealed record Way(string Name, CaseView? Best)
    {
        internal static Way Of(string name, CaseView[] cases, Predicate<CaseView> isOfIt)
        {
            CaseView[] clean = [.. cases.Where(c => isOfIt(c) && !c.IsContaminated && c.SpeedUp is not null && c.Accuracy?.Difference is not null)];
            return new(name, clean.Where(c => c.Accuracy!.Difference!.Value.Lower >= -Limits.DefaultApLoss).MaxBy(c => c.SpeedUp!.Value.Value) ?? clean.MaxBy(c => c.Accuracy!.Difference!.Value.Value));
        }
    }
}
