namespace DetrPerfLab.Report;

/// <summary>The one run that the answer rests on: figures of two suites or two runs are never set against each other.</summary>
sealed partial class ReportModel
{
    internal const string DefaultModel = "detr-r50"; // what suites and bench take where no model is named

    /// <summary>The variants of one suite and run, slowest first and gaps last; empty where none compares variants.</summary>
    internal IReadOnlyList<CaseView> Effects => field ??= [.. Headline()
        .OrderByDescending(c => c.Summary?.Median ?? 0)
        .ThenBy(c => c.Run.Variant, StringComparer.Ordinal)];

    /// <summary>The model that the answer is about, as a command names it.</summary>
    internal string ModelAtHand => Effects.Count == 0 ? DefaultModel : ModelOf(Effects[0].Run);

    /// <summary>What the speed-ups of the answer are counted from; null without any.</summary>
    internal CaseView? Baseline => Effects.Select(c => c.Baseline).FirstOrDefault(b => b is not null);

    IEnumerable<CaseView> Headline()
    {
        CaseView[] all = [.. Suite("Bench").Concat(Suite("Precision")).Concat(Suite("Engine"))];
        if (all.Length == 0) { return []; }
        // The model at hand is the one that was measured last.
        var model = ModelOf(all.MaxBy(c => c.Run.Started)!.Run);
        CaseView[] ofModel = [.. all.Where(c => ModelOf(c.Run) == model)];
        var chosen = ofModel.GroupBy(RunOf, StringComparer.Ordinal)
            .OrderByDescending(g => g.Count(c => c.Summary is not null && !c.IsContaminated) > 1)
            .ThenBy(g => g.First().Run.Suite.StartsWith("Engine", StringComparison.OrdinalIgnoreCase)) // its steps all compute in FP32
            .ThenBy(g => g.First().Run.Parameters.Count)
            .ThenByDescending(g => g.Count(c => c.Summary is not null && !c.IsContaminated))
            .ThenByDescending(g => g.Max(c => c.Run.Started))
            .First();
        // What could not be measured took no turns, so it names no run; it belongs to all runs of its suite.
        var first = chosen.First();
        return chosen.Concat(ofModel.Where(c => c.Gap is not null && c.Run.Suite == first.Run.Suite && c.ParameterText == first.ParameterText)).DistinctBy(c => c.Run.Variant);
    }

    static string ModelOf(RunResult run)
    {
        var at = run.Options.ToList().IndexOf("--model");
        if (at >= 0 && at + 1 < run.Options.Count) { return run.Options[at + 1]; }
        return run.Parameters.FirstOrDefault(p => p.Key.Equals("Model", StringComparison.OrdinalIgnoreCase)).Value ?? DefaultModel;
    }
}
