namespace DetrPerfLab.Report;

/// <summary>What the measured cases of a suite say, in a sentence each.</summary>
static class SuiteSentences
{
    internal static IEnumerable<IReadOnlyList<Inline>> Steps(CaseView[] cases) =>
    [
        Step(cases, "The naive-to-clean step", VariantName.Naive, VariantName.Baseline),
        Step(cases, "The static-graph step", VariantName.Baseline, "torchscript-fp32"),
        Step(cases, "oneDNN's fused operators on top", "torchscript-fp32", "torch-fp32-fused"),
        Step(cases, "ONNX Runtime's graph optimisations, from none to all", "ort-fp32-disabled", "ort-fp32"),
    ];

    static IReadOnlyList<Inline> Step(CaseView[] cases, string what, string from, string to)
    {
        var (before, after) = (cases.FirstOrDefault(c => c.Run.Variant == from), cases.FirstOrDefault(c => c.Run.Variant == to));
        return before is null || after is null
            ? [$"{what}: not known, since ", Inline.Code(before is null ? from : to), " has no samples."]
            : [Inline.Bold(what), ", ", Inline.Code(from), " to ", Inline.Code(to), $": {Judged(before, after)}."];
    }

    /// <summary>What a variant's page faults cost: what is saved where glibc keeps freed memory, and nothing else differs.</summary>
    internal static IEnumerable<IReadOnlyList<Inline>> Allocators(CaseView[] cases)
    {
        foreach (var kept in cases.Where(c => c.Baseline is not null && c.Baseline != c && c.Parameter("allocator") == Suites.KeptMemory))
        {
            var plain = kept.Baseline!;
            IReadOnlyList<Inline> said = kept.SpeedUp is { Verdict: Verdict.Faster, Interval: { } interval } gain && !kept.IsContaminated && !plain.IsContaminated
                ? [Inline.Bold($"{Saved(gain.Value)} of an inference"), $" ({Saved(interval.Lower)} to {Saved(interval.Upper)}) is saved where glibc keeps freed memory instead of giving it back{Faults(plain, kept)}"]
                : [$"keeping freed memory instead of giving it back: {Judged(plain, kept)}."];
            yield return [Inline.Code(kept.Run.Variant), ": ", .. said];
        }

        static string Saved(double speedUp) => Format.Percent(1 - (1 / speedUp));

        static string Faults(CaseView plain, CaseView kept) => (plain.Run.Memory?.PageFaultsPerOperation, kept.Run.Memory?.PageFaultsPerOperation) is ({ } before, { } after)
            ? string.Create(CultureInfo.InvariantCulture, $": {before:N0} page faults, {after:N0} where it keeps it.")
            : ".";
    }

    /// <summary>Of each variant: the best of all settings, what cannot be distinguished from it, and what each further option does.</summary>
    internal static IEnumerable<IReadOnlyList<Inline>> Threads(CaseView[] cases) => cases.GroupBy(c => c.Run.Variant).Where(g => g.Count() > 1).Select(g => Best([.. g]));

    // Only clean runs decide, and only where their intervals do.
    static IReadOnlyList<Inline> Best(CaseView[] cases)
    {
        CaseView[] clean = [.. cases.Where(c => !c.IsContaminated).OrderBy(c => c.Summary!.Median)];
        var text = new List<Inline> { Inline.Code(cases[0].Run.Variant), ": " };
        if (clean.Length < 2)
        {
            text.Add($"which setting is best is undecided: {(clean.Length == 0 ? "every run was contaminated" : $"only {Setting(clean[0])} was measured in a clean run")}.");
            return text;
        }

        var best = clean[0];
        CaseView[] ties = [.. clean.Skip(1).Where(c => Estimate.Ratio(c, best)!.Value.Verdict != Verdict.Faster)];
        if (ties.Length == 0) { text.AddRange(["best with ", Inline.Bold(Setting(best))]); }
        else { text.Add($"undecided between {string.Join(" and ", ties.Prepend(best).Select(Setting))}: {(ties.Any(c => Estimate.Ratio(c, best)!.Value.Interval is null) ? "too few samples for an interval" : "their intervals overlap")}"); }
        if (best is { SpeedUp: { } speedUp, Baseline: { } baseline } && best != baseline)
        {
            text.Add($"{(ties.Length == 0 ? ", " : $"; {Setting(best)} is ")}{Cells.Times(speedUp)} over {Setting(baseline)}{(CaseColumns.EfficiencyOf(best) is { } share ? $" (efficiency {Format.Percent(share)})" : "")}");
        }

        text.Add(clean.Length < cases.Length ? $"; contaminated, so not counted: {string.Join(", ", cases.Except(clean).Select(Setting))}." : ".");
        foreach (var option in clean.Where(c => Options(c).Length > 0))
        {
            if (clean.FirstOrDefault(c => Options(c).Length == 0 && c.Number("threads") == option.Number("threads")) is not { } plain) { continue; }
            text.Add($" {Setting(option)} against {Setting(plain)} alone: {Judged(plain, option)}.");
        }

        return text;
    }

    static string Setting(CaseView view) => string.Join(", ", Options(view).Prepend(Format.Count((int)(view.Number("threads") ?? 0), "thread")));

    static string[] Options(CaseView view) =>
        [.. new[] { ("spinning", "spinning"), ("interop", "inter-op") }.Where(o => view.Parameter(o.Item1) is not null).Select(o => $"{o.Item2} {view.Parameter(o.Item1)}")];

    /// <summary>Whether the machine was the same at the end as at the beginning.</summary>
    internal static IEnumerable<IReadOnlyList<Inline>> Drift(CaseView[] cases)
    {
        if (cases.Length < 2) { yield break; }
        if (cases.FirstOrDefault(c => c.FirstTime is not null) is not { FirstTime: { } first } again)
        {
            yield return ["The first row was not measured both before and after the others, so it is not known whether the machine changed meanwhile."];
            yield break;
        }

        if (first.IsContaminated || again.IsContaminated)
        {
            yield return [$"The {(first.IsContaminated ? "first row" : "first row's repetition at the end")} was measured in a contaminated run, so it is not known whether the machine changed meanwhile."];
            yield break;
        }

        var drift = Estimate.Ratio(again, first)!.Value;
        yield return [$"The first row, repeated at the end, took {Cells.Times(drift)} the time of its first run: " + drift.Interval switch
        {
            null => "too few samples to tell whether the machine changed meanwhile.",
            { Lower: <= 1, Upper: >= 1 } => "no change of the machine beyond the noise.",
            _ => "the machine changed meanwhile, so differences between rows of this size or less mean nothing.",
        }];
    }

    internal static string Judged(CaseView before, CaseView after) =>
        before.IsContaminated || after.IsContaminated ? "undecided, as a contaminated run would be compared"
        : Told(Estimate.Ratio(before, after)!.Value);

    static string Told(Estimate speedUp) => $"{Cells.Times(speedUp)}, {Cells.Word(speedUp)}";
}
