using System.Text.Json;

namespace DetrPerfLab.Measure;

/// <summary>All that decides what a bench measures and in which order: only a run of the very same may be continued.</summary>
/// <param name="Model">Name and identity of the weights.</param>
/// <param name="Artefacts">What each variant runs, by its name: a hash, or empty where it runs on the weights themselves.</param>
/// <param name="Build">Commit of the lab and <see cref="BuildId"/>.</param>
public sealed record BenchKey(
    string Machine, string Model, IReadOnlyList<KeyValuePair<string, string>> Artefacts, string Build, int Height, int Width, int Threads, int Rounds, ulong Seed, int UntimedRuns)
{
    internal string[] Variants => [.. Artefacts.Select(a => a.Key)];
    internal string Text => JsonSerializer.Serialize(this, LabJson.Options);
}

/// <summary>Why a variant has no samples.</summary>
/// <param name="Code"><see cref="ExitCode.Missing"/> where this machine lacks something, which is no failure.</param>
public sealed record BenchGap(string Reason, ExitCode Code);

/// <summary>The samples of a bench so far, so that an interrupted one goes on at its next round.</summary>
public sealed class BenchJournal : IDisposable
{
    /// <summary>Times that all rounds may be run, the first included.</summary>
    internal const int MostPasses = 1 + RepetitionInfo.Most;

    readonly Journal<Line> _journal;
    readonly Dictionary<(int Round, string Variant), Sample> _samples = [];
    readonly Dictionary<string, BenchGap> _gaps = [];

    BenchJournal(BenchKey key, Journal<Line> journal)
    {
        (Key, _journal) = (key, journal);
        foreach (var line in journal.Entries) { Take(line); }
    }

    internal BenchKey Key { get; }
    internal string Run => _journal.Run;
    public DateTimeOffset Started => _journal.Started;
    public int CompleteRounds { get; private set; } // rounds in which every variant without a gap had its turn, over all passes

    /// <summary>To the end of the pass that is under way.</summary>
    public int PlannedRounds => Math.Max(1, (CompleteRounds + Key.Rounds - 1) / Key.Rounds) * Key.Rounds;

    /// <exception cref="LabException">The same bench is running.</exception>
    public static BenchJournal Open(string folder, BenchKey key, bool restart, Action<string> say)
    {
        var journal = new Journal<Line>(
            folder, "bench", key.Text, line => line.IsOf(key), largestFile: (1L << 20) + ((1L << 13) * MostPasses * key.Rounds * key.Artefacts.Count)); // twice what its lines need
        if (journal.Problem is { } problem) { say($"Earlier rounds in {journal.Name} are not taken: {problem}."); }
        if (restart && journal.Entries.Count > 0) { say($"Starting anew; the rounds in {journal.Name} are dropped."); }
        if (restart) { journal.Forget(_ => true); }
        if (journal.ForgetOtherDays() is { } forgotten) { say(forgotten); }
        var bench = new BenchJournal(key, journal);
        if (bench.CompleteRounds == 0)
        {
            journal.Forget(_ => true); // whatever failed then may be mended now
            return new(key, journal);
        }

        journal.Forget(line => line.Sample is not null && line.Round >= bench.CompleteRounds); // a round that was under way is run again
        say($"Going on after round {bench.CompleteRounds} of {bench.PlannedRounds} of the run begun {journal.Started.LocalDateTime:yyyy-MM-dd HH:mm} (--restart begins anew).");
        return new(key, journal);
    }

    /// <summary>The samples of a variant's complete rounds, in their order.</summary>
    internal IReadOnlyList<Sample> SamplesOf(string variant) => [.. Enumerable.Range(0, CompleteRounds).Select(round => _samples[(round, variant)])];

    /// <summary>Those of one pass through all rounds, from 0.</summary>
    internal IReadOnlyList<Sample> SamplesOf(string variant, int pass) => [.. SamplesOf(variant).Skip(pass * Key.Rounds).Take(Key.Rounds)];

    internal BenchGap? GapOf(string variant) => _gaps.GetValueOrDefault(variant);

    internal void Add(int round, string variant, Sample sample) => Add(new(variant) { Round = round, Sample = sample });

    internal void AddGap(string variant, BenchGap gap)
    {
        if (!_gaps.ContainsKey(variant)) { Add(new Line(variant) { Gap = gap }); }
    }

    public void Delete() => _journal.Delete();

    public void Dispose() => _journal.Dispose();

    void Add(Line line)
    {
        _journal.Add(line);
        Take(line);
    }

    void Take(Line line)
    {
        if (line.Gap is { } gap) { _gaps.TryAdd(line.Variant, gap); }
        else { _samples[(line.Round, line.Variant)] = line.Sample!.Value; }
        var live = Key.Variants.Where(v => !_gaps.ContainsKey(v)).ToArray();
        if (live.Length == 0) { CompleteRounds = 0; }
        while (live.Length > 0 && CompleteRounds < MostPasses * Key.Rounds && live.All(v => _samples.ContainsKey((CompleteRounds, v)))) { CompleteRounds++; }
    }

    /// <summary>A sample, or the end of a variant that failed.</summary>
    sealed record Line(string Variant)
    {
        public int Round { get; init; }
        public Sample? Sample { get; init; }
        public BenchGap? Gap { get; init; }

        internal bool IsOf(BenchKey key) => key.Variants.Contains(Variant)
            && (Gap is { Reason: not null } || (Sample is { } sample && sample.AllMs.All(ms => ms is > 0 and < double.PositiveInfinity) && Round >= 0 && Round < MostPasses * key.Rounds));
    }
}
