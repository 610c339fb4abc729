using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

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

/// <summary>What a bench has measured so far, a line a turn, so that an interrupted one goes on at its next round.</summary>
/// <remarks>
/// The first line says what is measured. A turn is added to the file, which is not written anew: a line that a killed process left unfinished is no turn.
/// Locked while it is open: the same bench twice at once would mix its turns, and disturb itself.
/// </remarks>
public sealed class BenchJournal : IDisposable
{
    /// <summary>A line of a turn is a third of this.</summary>
    const int LargestTurn = 1 << 10;

    /// <summary>The first line, and why variants have gaps.</summary>
    const int LargestRest = 1 << 20;

    readonly string _path;
    readonly FileStream _lock;
    readonly Header _header;
    readonly List<(int Round, string Variant, InferenceTurn Turn)> _turns = [];
    readonly HashSet<(int Round, string Variant)> _done = [];
    readonly Dictionary<string, BenchGap> _gaps = [];
    bool _written;

    BenchJournal(string path, FileStream held, Header header) => (_path, _lock, _header) = (path, held, header);

    /// <summary>What is measured.</summary>
    internal BenchKey Key => _header.Key;

    /// <summary>Name of the run, kept when it is continued.</summary>
    internal string Run => _header.Run;

    /// <summary>When the first part of the run began.</summary>
    public DateTimeOffset Started => _header.Started;

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
        BenchJournal Fresh() => new(path, held, new(key, Guid.NewGuid().ToString("N"), DateTimeOffset.UtcNow));
        if (!File.Exists(path)) { return Fresh(); }
        if (restart)
        {
            say($"Starting anew; the rounds in {Path.GetFileName(path)} are dropped.");
            return Fresh();
        }

        if (Read(path, key, out var problem) is not var (header, lines))
        {
            say($"The earlier rounds in {Path.GetFileName(path)} are not taken: {problem}. Starting anew.");
            return Fresh();
        }

        var journal = new BenchJournal(path, held, header);
        foreach (var line in lines) { journal.Take(line); }
        if (journal.CompleteRounds == 0) { return Fresh(); } // whatever failed then may be mended now
        journal._turns.RemoveAll(t => t.Round >= journal.CompleteRounds);
        journal._done.RemoveWhere(d => d.Round >= journal.CompleteRounds);
        say($"Going on after round {journal.CompleteRounds} of {key.Rounds} of the run begun {header.Started.LocalDateTime:yyyy-MM-dd HH:mm} (--restart begins anew).");
        return journal;
    }

    /// <summary>The turns of a variant's complete rounds, in their order.</summary>
    internal IReadOnlyList<InferenceTurn> TurnsOf(string variant) =>
        [.. _turns.Where(t => t.Variant == variant && t.Round < CompleteRounds).OrderBy(t => t.Round).Select(t => t.Turn)];

    /// <summary>Why a variant has no samples; null when nothing went wrong.</summary>
    internal BenchGap? GapOf(string variant) => _gaps.GetValueOrDefault(variant);

    internal void Add(int round, string variant, InferenceTurn turn) => Save(new(variant) { Round = round, Turn = turn });

    internal void AddGap(string variant, BenchGap gap)
    {
        if (!_gaps.ContainsKey(variant)) { Save(new(variant) { Gap = gap }); }
    }

    /// <summary>Once the results are stored.</summary>
    public void Delete() => File.Delete(_path);

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();

    void Save(Line line)
    {
        Take(line);
        if (_written)
        {
            File.AppendAllText(_path, WorkerLine.Write(line) + "\n");
            return;
        }

        // The first time, in place of what an earlier part left: its round that was under way is run again.
        var lines = _gaps.Select(g => new Line(g.Key) { Gap = g.Value }).Concat(_turns.Select(t => new Line(t.Variant) { Round = t.Round, Turn = t.Turn }));
        AtomicFile.WriteText(_path, string.Concat(lines.Select(WorkerLine.Write).Prepend(WorkerLine.Write(_header)).Select(l => l + "\n")));
        _written = true;
    }

    void Take(Line line)
    {
        if (line.Gap is not null) { _gaps.TryAdd(line.Variant, line.Gap); }
        else if (_done.Add((line.Round, line.Variant))) { _turns.Add((line.Round, line.Variant, line.Turn!.Value)); }
        var live = Key.Variants.Where(v => !_gaps.ContainsKey(v)).ToArray();
        if (live.Length == 0) { CompleteRounds = 0; }
        while (live.Length > 0 && CompleteRounds < Key.Rounds && live.All(v => _done.Contains((CompleteRounds, v)))) { CompleteRounds++; }
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
            throw LabError.BadInput(
                $"The same bench is running: another process holds '{Path.GetFileName(path)}'. Wait for it or end it; two at once would measure each other.");
        }
    }

    static (Header Header, IReadOnlyList<Line> Lines)? Read(string path, BenchKey key, out string problem)
    {
        problem = "";
        try
        {
            var most = LargestRest + ((long)LargestTurn * key.Rounds * key.Artefacts.Count);
            if (new FileInfo(path).Length > most)
            {
                problem = $"the file is larger than {most >> 20} MiB, which all rounds together would not fill";
                return null;
            }

            var lines = File.ReadAllText(path).Split('\n')[..^1]; // what no end of line follows was never finished
            if (lines.Length == 0 || WorkerLine.Read<Header>(lines[0]) is not { Key.Artefacts: not null, Run: not null } header)
            {
                problem = "the file is damaged: it does not say what was measured";
                return null;
            }

            if (header.Key.Hash != key.Hash)
            {
                problem = "they belong to another machine, model, build or options";
                return null;
            }

            var turns = lines.Skip(1).Select(WorkerLine.Read<Line>).ToList();
            if (turns.Any(l => !IsWhole(l, key)))
            {
                problem = "the file is damaged: it holds a turn that is none";
                return null;
            }

            return (header, turns);
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            problem = $"the file is damaged: {e.Message.TrimEnd('.')}";
            return null;
        }
    }

    static bool IsWhole(Line? line, BenchKey key) =>
        line is not null && key.Variants.Contains(line.Variant)
        && (line.Gap is { Reason: not null } || (line.Turn is { Run.Ms: > 0 and < double.PositiveInfinity } && line.Round >= 0 && line.Round < key.Rounds));

    sealed record Header(BenchKey Key, string Run, DateTimeOffset Started);

    /// <summary>A turn, or the end of a variant that failed.</summary>
    sealed record Line(string Variant)
    {
        public int Round { get; init; }
        public InferenceTurn? Turn { get; init; }
        public BenchGap? Gap { get; init; }
    }
}
