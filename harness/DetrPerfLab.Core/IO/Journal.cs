using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace DetrPerfLab.Core;

/// <summary>What a long run has done so far, a line of JSON an entry, so that the same command goes on after an interruption.</summary>
/// <remarks>The first line says what is run. An entry is added to the file, which is not written anew: a line that a killed process left unfinished is no
/// entry. Locked while it is open: the same run twice at once would mix its entries.</remarks>
/// <typeparam name="T">An entry; null values of its required members are damage.</typeparam>
public sealed class Journal<T> : IDisposable
    where T : class
{
    readonly string _path;
    readonly long _largestFile;
    readonly FileStream _lock;
    readonly List<T> _entries = [];
    Header _header;
    bool _fileIsThis; // the file holds the header and these entries, no more and no less

    /// <summary>After a longer pause the machine has another load, and times before and after it do not belong into one table.</summary>
    static readonly TimeSpan s_longestPause = TimeSpan.FromHours(6);

    /// <param name="key">All that decides the entries; another key is another journal.</param>
    /// <param name="isWhole">Whether an entry that was read is one; the first that is not ends what is taken. Null takes any.</param>
    /// <param name="largestFile">Bytes; a larger file is damage.</param>
    /// <exception cref="LabException">Another process has it open.</exception>
    public Journal(string folder, string kind, string key, Func<T, bool>? isWhole = null, long largestFile = 64 << 20)
    {
        (_path, _largestFile) = (PathOf(folder, kind, key), largestFile);
        Directory.CreateDirectory(folder);
        try
        {
            _lock = new(Path.ChangeExtension(_path, ".lock.partial"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (IOException)
        {
            throw LabError.BadInput($"The same command is running: another process holds '{Name}'. Wait for it, or end it.");
        }

        _header = Header.Of(key);
        try { Read(isWhole ?? (_ => true)); }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) { Problem = $"the file is damaged: {e.Message.TrimEnd('.')}"; }
        catch
        {
            _lock.Dispose();
            throw;
        }
    }

    public string Run => _header.Run; // the same where a run is continued
    public DateTimeOffset Started => _header.Started; // the first part of it
    public IReadOnlyList<T> Entries => _entries;
    public string Name => Path.GetFileName(_path);
    public string? Problem { get; private set; } // why earlier entries, or some of them, were not taken; null when all were

    public static string PathOf(string folder, string kind, string key) =>
        Path.Combine(folder, $"{kind}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))[..12]}.partial");

    public void Add(T entry)
    {
        _entries.Add(entry);
        if (_fileIsThis)
        {
            File.AppendAllText(_path, Line(entry));
            return;
        }

        // In place of what an earlier part left: without what was not taken of it.
        AtomicFile.Write(_path, stream =>
        {
            foreach (var line in _entries.Select(Line).Prepend(Line(_header))) { stream.Write(Encoding.UTF8.GetBytes(line)); }
        });
        _fileIsThis = true;
    }

    /// <summary>Forgets entries of an earlier part; before the first is added. Without any it is a new run.</summary>
    public void Forget(Predicate<T> which)
    {
        _fileIsThis &= _entries.RemoveAll(which) == 0;
        if (_entries.Count == 0) { (_header, _fileIsThis) = (Header.Of(_header.Key), false); }
    }

    /// <summary>For a journal of times: forgets those of another day.</summary>
    /// <returns>What to say; null where there was nothing to forget.</returns>
    public string? ForgetOtherDays()
    {
        if (_entries.Count == 0 || DateTime.UtcNow - File.GetLastWriteTimeUtc(_path) is var pause && pause < s_longestPause) { return null; }
        Forget(_ => true);
        return $"What {Name} holds was measured {pause.TotalHours:F0} hours ago, under another load: everything is measured anew.";
    }

    public void Delete() => File.Delete(_path);

    public void Dispose() => _lock.Dispose();

    void Read(Func<T, bool> isWhole)
    {
        if (!File.Exists(_path)) { return; }
        if (new FileInfo(_path).Length > _largestFile) { throw new IOException($"it is larger than {_largestFile >> 20} MiB"); }
        var ends = EndsItsLine();
        var lines = File.ReadLines(_path).SkipLast(ends ? 0 : 1); // what no end of line follows was never finished
        if (lines.FirstOrDefault() is not { } first || Entry<Header>(first, 1) is not { Key: not null, Run: not null } header) { throw new IOException("it does not say what was run"); }
        if (header.Key != _header.Key)
        {
            Problem = "they belong to another machine, model, build or options";
            return;
        }

        _header = header;
        foreach (var line in lines.Skip(1))
        {
            if (Entry<T>(line, _entries.Count + 2) is not { } entry || !isWhole(entry)) { throw new IOException($"line {_entries.Count + 2} is no entry"); }
            _entries.Add(entry);
        }

        _fileIsThis = ends;
    }

    static TLine? Entry<TLine>(string line, int number)
    {
        try { return JsonSerializer.Deserialize<TLine>(line, LabJson.OneLine); }
        catch (JsonException e) { throw new IOException($"line {number} is no entry: {LabJson.ProblemOf(e)}"); }
    }

    bool EndsItsLine()
    {
        using var file = File.OpenRead(_path);
        file.Seek(-Math.Min(1, file.Length), SeekOrigin.End);
        return file.ReadByte() == '\n';
    }

    static string Line<TLine>(TLine line) => JsonSerializer.Serialize(line, LabJson.OneLine) + "\n";

    sealed record Header(string Key, string Run, DateTimeOffset Started)
    {
        internal static Header Of(string key) => new(key, Guid.NewGuid().ToString("N"), DateTimeOffset.UtcNow);
    }
}
