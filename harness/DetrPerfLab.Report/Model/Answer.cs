namespace DetrPerfLab.Report;

/// <summary>Which variant to use: three picks, from the safest to the fastest; null where none is known to keep to the limits.</summary>
sealed record Answer(Pick? Safest, Pick? Balanced, Pick? Fastest, IReadOnlyList<Candidate> Candidates)
{
    /// <summary>The report's answer.</summary>
    internal Candidate? Best => Fastest?.Choice;

    /// <summary>What the times cannot tell from the answer.</summary>
    internal IReadOnlyList<Candidate> Ties => Fastest?.Ties ?? [];

    internal static Answer Find(ReportModel model, Limits limits)
    {
        Candidate[] candidates = [.. model.Effects.Select(view => Candidate.Judge(view, limits))];
        Candidate[] kept = [.. candidates.Where(c => c.Fit == Fit.Meets && c.View.SpeedUp is not null)];
        return new(
            Pick.Among(kept.Where(c => c.IsExact)),
            Pick.Among(kept.Where(c => c.LossShare <= 0.5)),
            Pick.Among(kept),
            candidates);
    }

    /// <summary>The best first: what keeps to the limits, then what may, then the rest, each by speed; contaminated runs and gaps are left out.</summary>
    internal IEnumerable<Candidate> Ranked => Candidates
        .Where(c => c.View is { Summary: not null, IsContaminated: false })
        .OrderBy(c => c.Fit)
        .ThenByDescending(c => c.View.SpeedUp?.Value ?? 0)
        .ThenBy(c => c.View.Summary!.Median);
}

/// <summary>The choice among some candidates, and those that the times cannot tell from it.</summary>
sealed record Pick(Candidate Choice, IReadOnlyList<Candidate> Ties)
{
    /// <summary>Of the fastest and all that the times cannot tell from it, the one that loses least.</summary>
    internal static Pick? Among(IEnumerable<Candidate> candidates)
    {
        Candidate[] fastestFirst = [.. candidates.OrderByDescending(c => c.View.SpeedUp!.Value.Value)];
        if (fastestFirst.Length == 0) { return null; }
        Candidate[] alike = [.. fastestFirst.Where(c => c == fastestFirst[0] || IsTie(fastestFirst[0].View, c.View))];
        var choice = alike.OrderBy(c => c.IsExact ? 0 : 1).ThenBy(c => c.LossShare ?? double.MaxValue).First();
        return new(choice, [.. alike.Where(c => c != choice)]);
    }

    // Too few samples for an interval decide nothing where the samples overlap; where all are slower there is no doubt.
    static bool IsTie(CaseView best, CaseView other) => Estimate.Ratio(other, best) is { Interval: not null } ratio
        ? ratio.Verdict == Verdict.Undecided
        : other.Run.SamplesMs.Min() <= best.Run.SamplesMs.Max();
}
