namespace DetrPerfLab.Report;

/// <summary>What the classifier suite says, each beside the published comparison that it repeats.</summary>
/// <remarks>The published figures are of other machines and other code: they stand beside ours and decide nothing.</remarks>
static class ClassifierSentences
{
    const string Scripted = "torchscript-fp32";
    const int BatchOfComparison = 4, ThreadsOfComparison = 4;

    internal static IEnumerable<IReadOnlyList<Inline>> All(CaseView[] cases) =>
    [
        .. ByModel(cases).Select(StaticGraph).OfType<IReadOnlyList<Inline>>(),
        .. ByModel(cases).SelectMany(model => model.GroupBy(c => c.Run.Variant)).Select(Sizes).OfType<IReadOnlyList<Inline>>(),
        .. ByModel(cases).SelectMany(model => model.GroupBy(c => c.Run.Variant)).Select(BatchAndThreads).OfType<IReadOnlyList<Inline>>(),
        .. ByModel(cases).SelectMany(model => (IReadOnlyList<Inline>?[])[Dynamic(model, VariantName.Baseline, "torch-int8-dynamic"), Dynamic(model, "ort-fp32", "ort-int8-dynamic")]).OfType<IReadOnlyList<Inline>>(),
    ];

    static IEnumerable<CaseView[]> ByModel(CaseView[] cases) => cases.GroupBy(c => c.Parameter("model")).Select(g => g.ToArray());

    static IReadOnlyList<Inline>? StaticGraph(CaseView[] model) =>
        Plain(model, VariantName.Baseline) is { } eager && Plain(model, Scripted) is { } scripted
            ? [Inline.Bold("Static graph"), $", {Name(eager)}, ", Inline.Code(eager.Run.Variant), " to ", Inline.Code(Scripted), $": {SuiteSentences.Judged(eager, scripted)}. Published: 25 to 30 %."]
            : null;

    static IReadOnlyList<Inline>? Sizes(IEnumerable<CaseView> ofVariant)
    {
        CaseView[] all = [.. ofVariant];
        if (all is not [var first, ..]) { return null; }
        CaseView[] sizes = [.. all.Where(c => c.Number("batch") == 1 && c.Number("threads") == MostThreads(all)).OrderByDescending(c => c.Number("size"))];
        if (sizes.Length < 2) { return null; }
        var whole = sizes[0];
        var operations = sizes.All(c => c.Run.Flops is > 0) ? $"; operations {string.Join(" and ", sizes.Skip(1).Select(c => Format.Percent(c.Run.Flops!.Value / whole.Run.Flops!.Value)))}" : "";
        return
        [
            Inline.Bold("Image size"), $", {Name(first)}, ", Inline.Code(first.Run.Variant),
            $", {string.Join(" → ", sizes.Select(c => c.Parameter("size")))} pixels: {string.Join(" → ", sizes.Select(c => Format.Significant(c.Summary!.Median)))} ms, which is " +
            $"{string.Join("; then ", sizes.Skip(1).Select(c => SuiteSentences.Judged(whole, c)))}{operations}. Published: 1.8 → 1.4 → 1.1 s at 224 → 196 → 168, which is 1.29× and 1.64×.",
        ];
    }

    static IReadOnlyList<Inline>? BatchAndThreads(IEnumerable<CaseView> ofVariant)
    {
        CaseView[] all = [.. ofVariant.Where(c => c.Number("size") is 224)];
        if (all.Length == 0) { return null; }
        // With more cores than the comparison had, its four threads are a row, too.
        var threads = all.Any(c => c.Number("threads") is ThreadsOfComparison) ? ThreadsOfComparison : MostThreads(all);
        if (At(1, 1) is not { } one || At(BatchOfComparison, threads) is not { } both || one == both) { return null; }
        var parts = new List<string>();
        if (At(1, threads) is { } wide && wide != one) { parts.Add($"{Count(threads)} alone {Times(one, wide)}"); }
        if (At(BatchOfComparison, 1) is { } batched && batched != both) { parts.Add($"batch {BatchOfComparison} alone {Times(one, batched)}"); }
        return
        [
            Inline.Bold("Batch and threads"), $", {Name(one)}, ", Inline.Code(one.Run.Variant), $", batch {BatchOfComparison} with {Count(threads)} against one picture with one thread, per image: {SuiteSentences.Judged(one, both)}" +
            $"{(parts.Count > 0 ? $" ({string.Join(", ", parts)})" : "")}. Published: almost 3× at batch 4 and 4 threads" +
            (threads == ThreadsOfComparison ? "." : $"; this machine has no 4 cores, so its {Count(threads)} stand here for 4."),
        ];

        CaseView? At(double batch, double threads) => all.FirstOrDefault(c => c.Number("batch") == batch && c.Number("threads") == threads);
    }

    static IReadOnlyList<Inline>? Dynamic(CaseView[] model, string from, string to)
    {
        if (Plain(model, from) is not { } before || Plain(model, to) is not { } after) { return null; }
        var size = before.Run.Artefact is { Bytes: > 0 } whole && after.Run.Artefact is { } small
            ? $", and {Format.Percent(small.Bytes / (double)whole.Bytes)} of the size ({Format.Mebibytes(whole.Bytes)} → {Format.Mebibytes(small.Bytes)} MiB)"
            : "";
        return [Inline.Bold("Dynamic INT8"), $", {Name(before)}, ", Inline.Code(from), " to ", Inline.Code(to), $": {SuiteSentences.Judged(before, after)}{size}. Published: 2 to 3× and a quarter of the size, of models that are almost all linear layers."];
    }

    /// <summary>One picture of the largest size, with the most threads: what engines and precisions are compared at.</summary>
    static CaseView? Plain(CaseView[] model, string variant) => model
        .Where(c => c.Run.Variant == variant && c.Number("batch") == 1 && c.Number("threads") == MostThreads(model))
        .MaxBy(c => c.Number("size"));

    static double MostThreads(CaseView[] cases) => cases.Max(c => c.Number("threads")) ?? 1;

    static string Count(double threads) => Format.Count((int)threads, "thread");

    static string Name(CaseView view) => view.Parameter("model") ?? "a classifier";

    static string Times(CaseView before, CaseView after) => Estimate.SpeedUp(before, after) is { } speedUp ? Format.Times(speedUp.Value) + Disturbed.Mark(after) : "not compared, as a run was contaminated";
}
