namespace DetrPerfLab.Report;

/// <summary>Whether a variant keeps to a limit; undecided where the interval holds the limit or the figure is missing.</summary>
enum Fit
{
    Meets,
    Undecided,
    Fails,
}

/// <summary>A variant, how it fits the limits, and why.</summary>
sealed record Candidate(CaseView View, Fit Fit, IReadOnlyList<string> Reasons);

/// <summary>Which variant to use.</summary>
sealed record Answer(Candidate? Best, IReadOnlyList<Candidate> Ties, IReadOnlyList<Candidate> Candidates)
{
    const double DefaultApLoss = 1; // points
    const double MaxClassChanged = 0.02; // share of the queries, without labelled images

    internal static Answer Find(ReportModel model, Limits limits)
    {
        Candidate[] candidates = [.. model.Effects.Select(view => Judge(view, limits))];
        // Speed-ups, not latencies, are compared: each was taken against the baseline of its own run.
        var usable = candidates.Where(c => c.View.SpeedUp is not null).ToArray();
        var pool = usable.Where(c => c.Fit == Fit.Meets).ToArray();
        if (pool.Length == 0) { pool = [.. usable.Where(c => c.Fit == Fit.Undecided)]; }
        var best = pool.MaxBy(c => c.View.SpeedUp!.Value.Value);
        return new(best, best is null ? [] : [.. pool.Where(c => c != best && IsTie(best.View, c.View)).OrderByDescending(c => c.View.SpeedUp!.Value.Value)], candidates);
    }

    static bool IsTie(CaseView best, CaseView other)
    {
        if (best.Run.Suite == other.Run.Suite && best.ParameterText == other.ParameterText)
        {
            // Too few samples for an interval decide nothing where the samples overlap; where all are slower there is no doubt.
            return Estimate.Ratio(other, best) is { Interval: not null } ratio
                ? ratio.Verdict == Verdict.Undecided
                : other.Run.SamplesMs.Min() <= best.Run.SamplesMs.Max();
        }

        return other.SpeedUp!.Value.Upper >= best.SpeedUp!.Value.Lower;
    }

    internal static Candidate Judge(CaseView view, Limits limits)
    {
        if (view.Gap is { } gap) { return new(view, Fit.Fails, [$"not measured: {gap}"]); }
        if (view.Run.Contamination is { Verdict: ContaminationVerdict.Contaminated } contamination)
        {
            return new(view, Fit.Fails, [$"its run was contaminated: {string.Join("; ", contamination.Reasons)}"]);
        }

        List<(Fit Fit, string? Reason)> judged = [Accuracy(view, limits.MaxApLoss)];
        if (view.Baseline is { IsContaminated: true } baseline) { judged.Add((Fit.Undecided, $"its baseline, the run of {baseline.Run.Variant}, was contaminated")); }
        if (limits.MaxMemoryBytes is { } bytes)
        {
            judged.Add(view.Run.Memory?.PeakRssBytes is not { } peak ? (Fit.Undecided, "its peak memory is not known")
                : peak > bytes ? (Fit.Fails, $"peak memory {Format.Mebibytes(peak)} MiB, limit {Format.Mebibytes(bytes)} MiB")
                : (Fit.Meets, null));
        }

        if (limits.MaxLatencyMs is { } ms)
        {
            var median = view.Median!.Value;
            var fit = median.Lower > ms ? Fit.Fails : median.Upper > ms ? Fit.Undecided : Fit.Meets;
            judged.Add((fit, fit == Fit.Meets ? null : $"latency {Cells.Milliseconds(median)} ms, limit {Format.Significant(ms)} ms"));
        }

        return new(view, judged.Max(j => j.Fit), [.. judged.Where(j => j.Reason is not null).Select(j => j.Reason!)]);
    }

    static (Fit Fit, string? Reason) Accuracy(CaseView view, double? maxLoss)
    {
        if (view.Accuracy is { Difference: { } difference } accuracy)
        {
            var limit = -(maxLoss ?? DefaultApLoss);
            var fit = difference.Upper < limit ? Fit.Fails : difference.Lower < limit ? Fit.Undecided : Fit.Meets;
            return (fit, fit == Fit.Meets ? null : $"{accuracy.Name} difference {Cells.ApDifference(difference)}, limit {Format.Signed(limit, 1)}{(maxLoss is null ? " by default" : "")}");
        }

        if (view.Run.Variant == VariantName.Baseline) { return (Fit.Meets, null); }
        if (view.Run.Agreement?.ClassChangedShare is { } changed && changed > MaxClassChanged)
        {
            return (Fit.Fails, $"{Format.Percent(changed, 1)} of the queries changed class, limit {Format.Percent(MaxClassChanged)} without a measured accuracy");
        }

        return maxLoss is null && view.Run.Agreement is not null
            ? (Fit.Meets, null)
            : (Fit.Undecided, view.Run.Agreement is null ? "its outputs were not compared with the reference" : "its accuracy was not measured");
    }
}
