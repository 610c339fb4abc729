using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DetrPerfLab.Core;

namespace DetrPerfLab.Measure;

/// <summary>All that decides what a bench measures and in which order: only a run of the very same may be continued.</summary>
/// <param name="Machine">Fingerprint.</param>
/// <param name="Model">Name and identity of the weights.</param>
/// <param name="Artefacts">What each variant runs, by its name: a hash, or empty where it runs on the weights themselves.</param>
/// <param name="Commit">Of the lab, and the identity of its build.</param>
/// <param name="Height">Of the image.</param>
/// <param name="Width">Of the image.</param>
/// <param name="Threads">As asked for.</param>
/// <param name="Rounds">As asked for.</param>
/// <param name="Seed">Of order and audit.</param>
/// <param name="UntimedRuns">Before each timed run.</param>
public sealed record BenchKey(
    string Machine, string Model, IReadOnlyList<KeyValuePair<string, string>> Artefacts, string Commit, int Height, int Width, int Threads, int Rounds, ulong Seed, int UntimedRuns)
{
    /// <summary>The variants in the order given.</summary>
    internal string[] Variants => [.. Artefacts.Select(a => a.Key)];

    /// <summary>12 hex digits.</summary>
    internal string Hash => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(this, LabJson.Options))))[..12];
}

/// <summary>Why a variant has no samples.</summary>
/// <param name="Reason">In words.</param>
/// <param name="Code"><see cref="ExitCode.Missing"/> where this machine lacks something, which is no failure.</param>
public sealed record BenchGap(string Reason, ExitCode Code);

/// <summary>What a bench has measured so far, stored whole after every turn, so that an interrupted one goes on at its next round.</summary>
/// <remarks>Locked while it is open: the same bench twice at once would mix its turns, and disturb itself.</remarks>
public sealed class BenchJournal : IDisposable
{
    const long LargestFile = 64 << 20;

    readonly string _path;
    readonly FileStream _lock;
    readonly State _state;

    BenchJournal(string path, FileStream held, State state) => (_path, _lock, _state) = (path, held, state);

    /// <summary>What is measured.</summary>
    internal BenchKey Key => _state.Key;

    /// <summary>Name of the run, kept when it is continued.</summary>
    internal string Run => _state.Run;

    /// <summary>When the first part of the run began.</summary>
    public DateTimeOffset Started => _state.Started;

    /// <summary>Rounds in which every variant without a gap had its turn.</summary>
    public int CompleteRounds { get; private set; }

    /// <summary>Opens the journal of a run, or begins one.</summary>
    /// <param name="folder">Of the machine's results.</param>
    /// <param name="key">What is to be measured.</param>
    /// <param name="restart">Whether to begin anew in any case.</param>
    /// <param name="say">Told what was found, in a sentence.</param>
    /// <exception cref="LabException">The same bench is running.</exception>
    public static BenchJournal Open(string folder, BenchKey key, bool restart, Action<string> say)
    {
        var path = Path.Combine(folder, $"bench-{key.Hash}.partial");
        var held = Lock(path);
        var fresh = new BenchJournal(path, held, new(key, Guid.NewGuid().ToString("N"), DateTimeOffset.UtcNow, [], []));
        if (!File.Exists(path)) { return fresh; }
        if (restart)
        {
            say($"Starting anew; the rounds in {Path.GetFileName(path)} are dropped.");
            return fresh;
        }

        if (Read(path, key, out var problem) is not { } state)
        {
            say($"The earlier rounds in {Path.GetFileName(path)} are not taken: {problem}. Starting anew.");
            return fresh;
        }

        var journal = new BenchJournal(path, held, state);
        journal.CompleteRounds = journal.CountCompleteRounds();
        if (journal.CompleteRounds == 0) { return fresh; } // whatever failed then may be mended now
        state.Turns.RemoveAll(t => t.Round >= journal.CompleteRounds);
        say($"Going on after round {journal.CompleteRounds} of {key.Rounds} of the run begun {state.Started.LocalDateTime:yyyy-MM-dd HH:mm} (--restart begins anew).");
        return journal;
    }

    /// <summary>The turns of a variant's complete rounds, in their order.</summary>
    internal IReadOnlyList<InferenceTurn> TurnsOf(string variant) =>
        [.. _state.Turns.Where(t => t.Variant == variant && t.Round < CompleteRounds).OrderBy(t => t.Round).Select(t => t.Turn)];

    /// <summary>Why a variant has no samples; null when nothing went wrong.</summary>
    internal BenchGap? GapOf(string variant) => _state.Gaps.GetValueOrDefault(variant);

    internal void Add(int round, string variant, InferenceTurn turn)
    {
        _state.Turns.Add(new(round, variant, turn));
        Save();
    }

    internal void AddGap(string variant, BenchGap gap)
    {
        _state.Gaps.TryAdd(variant, gap);
        Save();
    }

    /// <summary>Once the results are stored.</summary>
    public void Delete() => File.Delete(_path);

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();

    void Save()
    {
        AtomicFile.WriteText(_path, JsonSerializer.Serialize(_state, LabJson.Options));
        CompleteRounds = CountCompleteRounds();
    }

    int CountCompleteRounds()
    {
        var live = Key.Variants.Where(v => !_state.Gaps.ContainsKey(v)).ToArray();
        if (live.Length == 0) { return 0; }
        var done = _state.Turns.Select(t => (t.Round, t.Variant)).ToHashSet();
        var rounds = 0;
        while (rounds < Key.Rounds && live.All(v => done.Contains((rounds, v)))) { rounds++; }
        return rounds;
    }

    static FileStream Lock(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        try
        {
            return new(Path.ChangeExtension(path, ".lock.partial"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (IOException)
        {
            throw LabError.BenchRunning(path);
        }
    }

    static State? Read(string path, BenchKey key, out string problem)
    {
        problem = "";
        try
        {
            if (new FileInfo(path).Length > LargestFile)
            {
                problem = $"the file is larger than {LargestFile >> 20} MiB";
                return null;
            }

            var state = JsonSerializer.Deserialize<State>(File.ReadAllText(path), LabJson.Options);
            if (state is not { Key: not null, Run: not null, Turns: not null, Gaps: not null }
                || state.Turns.Any(t => t.Turn.Run.Ms is not (> 0 and < double.PositiveInfinity) || t.Round < 0 || !key.Variants.Contains(t.Variant)))
            {
                problem = "the file is damaged: it holds a turn that is none";
                return null;
            }

            if (state.Key.Hash != key.Hash)
            {
                problem = "they belong to another machine, model, build or options";
                return null;
            }

            return state;
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            problem = $"the file is damaged: {e.Message.TrimEnd('.')}";
            return null;
        }
    }

    sealed record State(BenchKey Key, string Run, DateTimeOffset Started, List<StoredTurn> Turns, Dictionary<string, BenchGap> Gaps);

    sealed record StoredTurn(int Round, string Variant, InferenceTurn Turn);
}
