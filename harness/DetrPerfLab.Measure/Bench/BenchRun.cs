namespace DetrPerfLab.Measure;

/// <summary>Opens variants one after another, lets them take turns in random order, round by round, then measures their memory one by one.</summary>
/// <remarks>Every turn is in the journal before the next begins. What fails becomes a gap with its reason; the others go on.</remarks>
/// <param name="journal">Of this run; may hold rounds already.</param>
/// <param name="limits">What counts as disturbed on this machine.</param>
/// <param name="audit">How turns are judged together.</param>
/// <param name="clock">Tells how much time is left; the system's unless a test says otherwise.</param>
public sealed class BenchRun(BenchJournal journal, ContaminationLimits limits, AuditOptions? audit = null, TimeProvider? clock = null)
{
    /// <summary>The results' suite.</summary>
    public const string Suite = "Bench";

    readonly AuditOptions _audit = audit ?? new() { Seed = journal.Key.Seed };
    readonly TimeProvider _clock = clock ?? TimeProvider.System;
    readonly Dictionary<string, InferenceFacts> _facts = [];
    readonly Dictionary<string, BenchEnd> _ends = [];
    readonly Dictionary<string, (double TotalMs, int Turns)> _wall = [];
    readonly Dictionary<string, BenchState> _states = [];
    readonly Dictionary<string, List<double>> _samples = [];

    /// <summary>Measures what the journal lacks.</summary>
    /// <param name="cases">In the order of the journal's key; not disposed here.</param>
    /// <param name="show">Told whenever something changed, off the clock.</param>
    /// <param name="cancellation">Ends the run at once; the journal keeps what is done.</param>
    /// <returns>One outcome a variant, in their order.</returns>
    public IReadOnlyList<BenchOutcome> Run(IReadOnlyList<IBenchCase> cases, Action<BenchProgress>? show = null, CancellationToken cancellation = default)
    {
        foreach (var one in cases) { _samples[one.Variant] = [.. journal.TurnsOf(one.Variant).Select(t => t.Run.Ms)]; }
        void Show() => show?.Invoke(Progress(cases));

        ForEachLive(cases, BenchState.Opening, one => TryOpen(one, cancellation), Show, cancellation);
        TakeTurns(cases, Show, cancellation);
        ForEachLive(cases, BenchState.MeasuringMemory, one => _ends[one.Variant] = EndOf(one, cancellation), Show, cancellation);
        return [.. cases.Select((one, index) => Outcome(one.Variant, index))];
    }

    void TakeTurns(IReadOnlyList<IBenchCase> cases, Action show, CancellationToken cancellation)
    {
        if (cases.All(one => journal.GapOf(one.Variant) is not null)) { return; }
        var options = new InterleavedOptions { Rounds = journal.Key.Rounds, FirstRound = journal.CompleteRounds, Seed = journal.Key.Seed };
        var taken = default(InferenceTurn);
        var turns = cases.Select(one => new InterleavedCase(one.Variant, stop =>
        {
            // A variant without its engine keeps its place in the order, so that a continued run has the same.
            if (journal.GapOf(one.Variant) is { } gap) { throw new LabException(gap.Code, gap.Reason); }
            _states[one.Variant] = BenchState.Measuring;
            show();
            var start = _clock.GetTimestamp();
            taken = Guarded(one, () => one.Turn(journal.Key.UntimedRuns, stop));
            var (total, count) = _wall.GetValueOrDefault(one.Variant);
            _wall[one.Variant] = (total + _clock.GetElapsedTime(start).TotalMilliseconds, count + 1);
            _states[one.Variant] = BenchState.Ready;
            return taken.Run.Ms;
        })).ToList();
        new InterleavedRun(options).Run(
            turns,
            turn =>
            {
                if (turn.Gap is null)
                {
                    _samples[turn.Variant].Add(turn.Ms);
                    journal.Add(turn.Round, turn.Variant, taken);
                }

                show();
            },
            cancellation);
    }

    void ForEachLive(IReadOnlyList<IBenchCase> cases, BenchState state, Action<IBenchCase> work, Action show, CancellationToken cancellation)
    {
        foreach (var one in cases.Where(one => journal.GapOf(one.Variant) is null))
        {
            cancellation.ThrowIfCancellationRequested();
            _states[one.Variant] = state;
            show();
            work(one);
            _states[one.Variant] = BenchState.Ready;
            show();
        }
    }

    void TryOpen(IBenchCase one, CancellationToken cancellation)
    {
        try
        {
            _facts[one.Variant] = Guarded(one, () => one.Open(cancellation));
        }
        catch (LabException)
        {
            // It is in the journal as a gap.
        }
    }

    /// <summary>A failed memory pass takes nothing from the samples, and stands in no journal: a run that is cut off after it and continued tries it again.</summary>
    static BenchEnd EndOf(IBenchCase one, CancellationToken cancellation)
    {
        try
        {
            return one.End(cancellation);
        }
        catch (Exception reason) when (reason is not OperationCanceledException)
        {
            return new() { MemoryFailure = LabError.ReasonOf(reason) }; // the process ended, most likely by the memory that it took
        }
    }

    /// <summary>Makes a gap of whatever fails.</summary>
    T Guarded<T>(IBenchCase one, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            var gap = GapOf(e);
            journal.AddGap(one.Variant, gap);
            throw new LabException(gap.Code, gap.Reason);
        }
    }

    static BenchGap GapOf(Exception e) => new(LabError.ReasonOf(e), (e as LabException)?.ExitCode ?? ExitCode.CheckFailed);

    BenchOutcome Outcome(string variant, int index)
    {
        var key = journal.Key;
        var places = Enumerable.Range(0, key.Rounds).Select(round => Array.IndexOf(InterleavedRun.OrderOf(key.Seed, round, key.Variants.Length), index));
        var outcome = new BenchOutcome(variant, new(journal.Run, key.Seed, key.Variants, [.. places])) { Facts = _facts.GetValueOrDefault(variant) };
        if (journal.GapOf(variant) is { } gap) { return outcome with { Gap = gap }; }
        var turns = journal.TurnsOf(variant);
        try
        {
            var end = _ends[variant];
            if (end.AuditFailure is { } failure) { throw LabError.CheckFailed(failure); }
            var found = SampleFindings.Of(turns, limits);
            return outcome with
            {
                SamplesMs = [.. turns.Select(t => t.Run.Ms)],
                Audit = AuditedRun.Conclude(variant, [.. turns.Select(t => t.Run)], _audit, end.Audit),
                Contamination = found.Contamination,
                Memory = end.Memory,
                Gc = found.Gc,
                MemoryGap = end.MemoryFailure,
            };
        }
        catch (LabException caching)
        {
            return outcome with { Gap = new(caching.Message, caching.ExitCode) };
        }
    }

    BenchProgress Progress(IReadOnlyList<IBenchCase> cases)
    {
        var rows = cases.Select(one => journal.GapOf(one.Variant) is { } gap
            ? new BenchRow(one.Variant, BenchState.Gap, [], gap.Reason)
            : new BenchRow(one.Variant, _states.GetValueOrDefault(one.Variant), [.. _samples[one.Variant]], null)).ToList();
        return new(rows, journal.CompleteRounds, journal.Key.Rounds, Left(rows));
    }

    TimeSpan? Left(IReadOnlyList<BenchRow> rows)
    {
        var ms = 0.0;
        foreach (var row in rows.Where(r => r.State != BenchState.Gap))
        {
            var one = _facts.GetValueOrDefault(row.Variant)?.WarmUp is { } warmUp ? warmUp.TotalMs / warmUp.Operations : (double?)null;
            double? turn = _wall.TryGetValue(row.Variant, out var wall) ? wall.TotalMs / wall.Turns : one * (1 + journal.Key.UntimedRuns);
            if (turn is null) { return null; } // not all are warm
            ms += (turn.Value * (journal.Key.Rounds - row.SamplesMs.Count)) + (_ends.ContainsKey(row.Variant) ? 0 : one!.Value * MeasuredCase.EndOperations);
        }

        return TimeSpan.FromMilliseconds(ms);
    }
}
