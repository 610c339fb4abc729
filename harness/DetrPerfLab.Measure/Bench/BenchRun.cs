namespace DetrPerfLab.Measure;

/// <summary>Opens variants one after another, has them take turns, then measures their memory one by one. The order is random and new in each round, so that
/// what slows the machine for a while slows all of them.</summary>
/// <remarks>Every sample is in the journal before the next turn begins. What fails becomes a gap with its reason; the others go on.
/// Where something disturbed a variant, all of them run all rounds again: their ratios are paired by round, so those of one pass belong together, and a
/// variant's disturbed rounds alone cannot be exchanged without choosing among its samples. The cleanest pass is kept as a whole.</remarks>
public sealed class BenchRun(BenchJournal journal, ContaminationLimits limits, AuditOptions? audit = null, TimeProvider? clock = null)
{
    public const string Suite = "Bench";

    readonly AuditOptions _audit = audit ?? new() { Seed = journal.Key.Seed };
    readonly TimeProvider _clock = clock ?? TimeProvider.System;
    readonly Dictionary<string, Arm> _arms = [];

    /// <summary>Passes that may be added while a variant is contaminated; 0 where the time is measured out.</summary>
    public int Repeats { get; init => field = value is >= 0 and < BenchJournal.MostPasses ? value : throw LabError.OutOfRange(value, "0 to 2"); }

    /// <summary>What came of it; null where nothing was measured again.</summary>
    public string? Repetition { get; private set; }

    /// <summary>The order of a round: indices of the variants. It depends on seed and round alone.</summary>
    public static int[] OrderOf(ulong seed, int round, int variants)
    {
        int[] order = [.. Enumerable.Range(0, variants)];
        DeterministicRandom.Stream(seed, round).Shuffle<int>(order);
        return order;
    }

    /// <summary>Measures what the journal lacks.</summary>
    /// <param name="cases">In the order of the journal's key; not disposed here.</param>
    /// <param name="show">Told whenever something changed, off the clock.</param>
    /// <returns>One result a variant, in their order, not filed yet.</returns>
    public IReadOnlyList<RunResult> Run(IReadOnlyList<IBenchCase> cases, Action<BenchProgress>? show = null, CancellationToken cancellation = default)
    {
        foreach (var one in cases) { _arms[one.Variant] = new() { TurnMedians = [.. journal.SamplesOf(one.Variant).Select(s => s.MedianMs)] }; }
        foreach (var one in cases) { During(BenchState.Opening, one, arm => Open(one, arm)); }
        var key = journal.Key;
        _planned = journal.PlannedRounds;
        for (var round = journal.CompleteRounds; round < _planned || MeasuresAgain(); round++)
        {
            foreach (var turn in OrderOf(key.Seed, round, cases.Count)) { During(BenchState.Measuring, cases[turn], arm => TakeTurn(cases[turn], arm, round)); }
        }

        var kept = KeptPass();
        foreach (var one in cases) { During(BenchState.MeasuringMemory, one, arm => arm.End = EndOf(one, cancellation)); }
        return [.. cases.Select((one, index) => Conclude(one.Variant, index, kept))];

        // A variant with a gap is passed over; whatever fails makes one.
        void During(BenchState state, IBenchCase one, Action<Arm> work)
        {
            var arm = _arms[one.Variant];
            if (journal.GapOf(one.Variant) is not null) { return; }
            cancellation.ThrowIfCancellationRequested();
            arm.State = state;
            show?.Invoke(Progress(cases));
            try { work(arm); }
            catch (Exception e) when (e is not OperationCanceledException) { journal.AddGap(one.Variant, new(LabError.ReasonOf(e), (e as LabException)?.ExitCode ?? ExitCode.CheckFailed)); }
            arm.State = BenchState.Ready;
            show?.Invoke(Progress(cases));
        }

        void Open(IBenchCase one, Arm arm)
        {
            arm.Opened = one.Open(cancellation);
            one.Rest();
        }

        void TakeTurn(IBenchCase one, Arm arm, int round)
        {
            var start = _clock.GetTimestamp();
            var sample = one.Sample(key.UntimedRuns, cancellation);
            one.Rest();
            arm.TurnsMs += _clock.GetElapsedTime(start).TotalMilliseconds;
            arm.Turns++;
            arm.TurnMedians.Add(sample.MedianMs);
            journal.Add(round, one.Variant, sample);
        }
    }

    /// <summary>A failed memory pass takes nothing from the samples, and stands in no journal: a run that is cut off after it and continued tries it again.</summary>
    static WorkerEnd EndOf(IBenchCase one, CancellationToken cancellation)
    {
        try { return one.End(cancellation); }
        catch (Exception reason) when (reason is not OperationCanceledException)
        {
            return new() { MemoryFailure = LabError.ReasonOf(reason) }; // the process ended, most likely by the memory that it took
        }
    }

    /// <summary>Plans another pass where each so far left a variant contaminated, and one more may follow.</summary>
    bool MeasuresAgain()
    {
        var passes = journal.CompleteRounds / journal.Key.Rounds; // none where every variant has a gap
        var again = passes > 0 && passes <= Repeats && Enumerable.Range(0, passes).All(pass => Verdicts(pass).Any(v => v.Judged.Verdict == ContaminationVerdict.Contaminated));
        _planned += again ? journal.Key.Rounds : 0;
        return again;
    }

    /// <summary>The pass with the fewest contaminated variants, then the fewest noisy ones, then the least that others took: nobody chooses by times.</summary>
    int KeptPass()
    {
        var passes = journal.CompleteRounds / journal.Key.Rounds;
        if (passes < 2) { return 0; }
        var kept = Enumerable.Range(0, passes).MinBy(pass => (Count(pass, ContaminationVerdict.Contaminated), Count(pass, ContaminationVerdict.Noisy), Verdicts(pass).Sum(v => v.Judged.OthersAndSteal)));
        var first = Verdicts(0).Where(v => v.Judged.Verdict == ContaminationVerdict.Contaminated).ToList();
        if (first.Count == 0) { return kept; } // continued, and judged by another idle noise than before
        var left = Verdicts(kept).Where(v => v.Judged.Verdict == ContaminationVerdict.Contaminated).Select(v => v.Variant).ToList();
        Repetition = $"Contaminated: {string.Join("; ", first.Select(v => $"{v.Variant} ({string.Join(", ", v.Judged.Reasons)})"))}: all variants were measured again, {(passes == 2 ? "once" : "twice")}; "
            + $"measurement {kept + 1} is kept, {(left.Count == 0 ? "in which none is contaminated" : $"the cleanest; still contaminated: {string.Join(", ", left)}")}.";
        return kept;

        int Count(int pass, ContaminationVerdict verdict) => Verdicts(pass).Count(v => v.Judged.Verdict == verdict);
    }

    IEnumerable<(string Variant, ContaminationInfo Judged)> Verdicts(int pass) => journal.Key.Variants.Where(v => journal.GapOf(v) is null)
        .Select(v => (v, ContaminationWatch.JudgeTurns([.. journal.SamplesOf(v, pass).Select(s => s.Counters)], limits)));

    RunResult Conclude(string variant, int index, int pass)
    {
        var (key, arm) = (journal.Key, _arms[variant]);
        var known = (arm.Opened ?? RunResult.Unfiled(variant)) with { Started = journal.Started };
        if (journal.GapOf(variant) is { } gap) { return known with { Gap = gap.Reason, GapIsLack = gap.Code == ExitCode.Missing }; }
        var (samples, end, first) = (journal.SamplesOf(variant, pass), arm.End!, pass * key.Rounds);
        if (end.AuditFailure is { } failure) { return known with { Gap = failure }; }
        try
        {
            return MeasuredCase.WithSamples(known, samples, limits) with
            {
                Interleaving = new(journal.Run, key.Seed, key.Variants, [.. Enumerable.Range(first, key.Rounds).Select(round => Array.IndexOf(OrderOf(key.Seed, round, key.Variants.Length), index))]),
                Audit = AuditedRun.Conclude(variant, [.. journal.SamplesOf(variant).Select(s => s.Run)], _audit, end.Audit), // what a pass that is not kept showed of caching counts too
                Memory = end.Memory,
                Findings = [.. known.Findings, .. MeasuredCase.LackOfMemory(end.MemoryFailure)],
            };
        }
        catch (LabException caching)
        {
            return known with { Gap = caching.Message };
        }
    }

    BenchProgress Progress(IReadOnlyList<IBenchCase> cases) => new(
        [.. cases.Select(one => journal.GapOf(one.Variant) is { } gap
            ? new BenchRow(one.Variant, BenchState.Gap, [], gap.Reason)
            : new BenchRow(one.Variant, _arms[one.Variant].State, [.. _arms[one.Variant].TurnMedians], null))],
        journal.CompleteRounds, _planned, Left());

    TimeSpan? Left()
    {
        var ms = 0.0;
        foreach (var (variant, arm) in _arms)
        {
            if (journal.GapOf(variant) is not null) { continue; }
            if (arm.Opened?.WarmUp is not { } warmUp) { return null; }
            var one = warmUp.TotalMs / warmUp.Operations;
            var turn = arm.Turns > 0 ? arm.TurnsMs / arm.Turns : one * (1 + journal.Key.UntimedRuns);
            ms += (turn * (_planned - arm.TurnMedians.Count)) + (arm.End is null ? one * MeasuredCase.EndOperations : 0);
        }

        return TimeSpan.FromMilliseconds(ms);
    }

    int _planned = journal.PlannedRounds; // rounds, to the end of the last pass

    sealed class Arm
    {
        internal BenchState State { get; set; }
        internal RunResult? Opened { get; set; }
        internal required List<double> TurnMedians { get; init; }
        internal double TurnsMs { get; set; }
        internal int Turns { get; set; }
        internal WorkerEnd? End { get; set; }
    }
}
