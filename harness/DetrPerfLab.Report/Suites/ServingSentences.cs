namespace DetrPerfLab.Report;

/// <summary>Whether batching pays on this machine, and from which load; and whether several engines do.</summary>
static class ServingSentences
{
    internal static IEnumerable<IReadOnlyList<Inline>> All(CaseView[] cases) => cases.GroupBy(c => c.Run.Variant)
        .SelectMany(g => new[] { Said("batching", [.. g], c => c.Number("batch") > 1), Said("sharing the threads among engines", [.. g], c => c.Number("workers") > 1) }).OfType<IReadOnlyList<Inline>>();

    /// <summary>Only what holds against the plain setting both times that it was measured, all of it in clean runs, is said of a load.</summary>
    static IReadOnlyList<Inline>? Said(string way, CaseView[] cases, Predicate<CaseView> isOfIt)
    {
        var loads = cases.Where(c => isOfIt(c) && c.Baseline is { IsContaminated: false } && !c.IsContaminated && c.SpeedUp is not null)
            .GroupBy(c => c.Baseline!, (plain, others) => (Load: plain.Parameter("load")!, Settings: Judge(plain, cases, [.. others]))).ToList();
        if (loads.Count == 0) { return null; }
        var text = new List<Inline> { Inline.Code(cases[0].Run.Variant), ": " };
        var pays = loads.Select(l => (l.Load, Best: l.Settings.Where(s => s.Is(Verdict.Faster)).MaxBy(s => s.Least.Value))).Where(l => l.Best is not null).ToList();
        var loses = loads.Where(l => l.Settings.Length > 0 && l.Settings.All(s => s.Is(Verdict.Slower))).Select(l => l.Load).ToList();
        var open = loads.Select(l => l.Load).Except(pays.Select(p => p.Load)).Except(loses).ToList();
        if (pays.Count > 0)
        {
            text.Add(Inline.Bold($"{way} pays at {string.Join(", ", pays.Select(p => At(p.Load)))}"));
            text.Add($" (median of a request against the faster of two measurements of the plain setting: {string.Join("; ", pays.Select(p => $"{Cells.Times(p.Best!.Least)} as fast with {Setting(p.Best.Case)} at {At(p.Load)}"))})");
        }
        else { text.Add(Inline.Bold($"{way} is not shown to pay at any load that was measured")); }

        if (loses.Count > 0) { text.Add($"; every setting of it is slower at {string.Join(", ", loses.Select(At))}"); }
        if (open.Count > 0) { text.Add($"; undecided at {string.Join(", ", open.Select(At))}"); }
        text.Add(".");
        return text;
    }

    /// <summary>Each setting against both measurements of the plain one; nothing without a second one that was clean.</summary>
    static Judged[] Judge(CaseView plain, CaseView[] cases, CaseView[] others) =>
        cases.FirstOrDefault(c => c.FirstTime == plain) is { IsContaminated: false } again ? [.. others.Select(c => new Judged(c, c.SpeedUp!.Value, Estimate.Ratio(again, c)!.Value))] : [];

    /// <summary>How many times as fast as the plain setting, as that was measured first and again.</summary>
    sealed record Judged(CaseView Case, Estimate First, Estimate Again)
    {
        internal Estimate Least => First.Value < Again.Value ? First : Again;

        internal bool Is(Verdict verdict) => First.Verdict == verdict && Again.Verdict == verdict;
    }

    static string At(string load) => load == "bursts" ? "bursts" : $"{load} load";

    static string Setting(CaseView view) => view.Number("workers") is > 1 and var engines
        ? $"{engines} engines"
        : $"batches up to {view.Number("batch")}{(view.Parameter("wait") is { } wait && wait != "0 ms" ? $", waiting {wait}" : "")}";
}
