namespace DetrPerfLab.Report;

/// <summary>Whether batching pays on this machine, and from which load.</summary>
static class ServingSentences
{
    internal static IEnumerable<IReadOnlyList<Inline>> Batching(CaseView[] cases) => cases.GroupBy(c => c.Run.Variant).Select(g => Said([.. g])).OfType<IReadOnlyList<Inline>>();

    /// <summary>Only what an interval decides, of clean runs, is said of a load.</summary>
    static IReadOnlyList<Inline>? Said(CaseView[] cases)
    {
        // The settings of one load that batch, beside the plain one.
        var loads = cases.Where(c => c.Number("batch") > 1 && c.Baseline is { IsContaminated: false } && !c.IsContaminated && c.SpeedUp is not null).GroupBy(c => c.Parameter("load")!).ToList();
        if (loads.Count == 0) { return null; }
        var text = new List<Inline> { Inline.Code(cases[0].Run.Variant), ": " };
        var pays = loads.Select(l => (Load: l.Key, Best: l.Where(c => c.SpeedUp!.Value.Verdict == Verdict.Faster).MaxBy(c => c.SpeedUp!.Value.Value))).Where(l => l.Best is not null).ToList();
        var loses = loads.Where(l => l.All(c => c.SpeedUp!.Value.Verdict == Verdict.Slower)).Select(l => l.Key).ToList();
        var open = loads.Select(l => l.Key).Except(pays.Select(p => p.Load)).Except(loses).ToList();
        if (pays.Count > 0)
        {
            text.Add(Inline.Bold($"batching pays at {string.Join(", ", pays.Select(p => At(p.Load)))}"));
            text.Add($" (median of a request: {string.Join("; ", pays.Select(p => $"{Cells.Times(p.Best!.SpeedUp!.Value)} as fast with {Setting(p.Best!)} at {At(p.Load)}"))})");
        }
        else { text.Add(Inline.Bold("batching pays at none of the loads that were measured")); }

        if (loses.Count > 0) { text.Add($"; every batch setting is slower at {string.Join(", ", loses.Select(At))}"); }
        if (open.Count > 0) { text.Add($"; undecided at {string.Join(", ", open.Select(At))}"); }
        text.Add(".");
        return text;
    }

    static string At(string load) => load == "bursts" ? "bursts" : $"{load} load";

    static string Setting(CaseView view) => $"batches up to {view.Number("batch")}{(view.Parameter("wait") is { } wait && wait != "0 ms" ? $", waiting {wait}" : "")}";
}
