using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace DetrPerfLab.Vision;

/// <summary>What one image of a dataset gave.</summary>
/// <param name="Image">COCO image id.</param>
/// <param name="Times">Where its time went.</param>
/// <param name="Unknown">Detections left out because their label stands for no category.</param>
/// <param name="Detections">The others, best first.</param>
public sealed record JournalEntry(long Image, StageTimes Times, int Unknown, IReadOnlyList<CocoDetection> Detections);

/// <summary>Detections image by image, on disk as soon as they are made: an evaluation that was interrupted goes on where it stopped.</summary>
public sealed class DetectionJournal : IDisposable
{
    static readonly JsonSerializerOptions s_oneLine = new(LabJson.Options) { WriteIndented = false };

    readonly Dictionary<long, JournalEntry> _entries = [];
    readonly FileStream _file;

    /// <summary>Opens a journal, or begins one. A line that an interruption cut off is dropped.</summary>
    /// <param name="folder">Made where it is missing.</param>
    /// <param name="key">All that decides the detections: artefact, variant, dataset, options; another key is another journal.</param>
    /// <exception cref="LabException">Another process is writing it.</exception>
    public DetectionJournal(string folder, string key)
    {
        // The code decides the detections too.
        key += string.Join(' ', new[] { typeof(CocoDetection), typeof(DetectionJournal) }.Select(t => t.Assembly.ManifestModule.ModuleVersionId));
        Path = System.IO.Path.Combine(folder, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))[..16] + ".jsonl");
        Directory.CreateDirectory(folder);
        try
        {
            _file = new FileStream(Path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            throw LabError.ResultsBusy(Path, 0);
        }

        Read();
    }

    /// <summary>The file; whoever needs it no more deletes it.</summary>
    public string Path { get; }

    /// <summary>Images that are in it.</summary>
    public int Count => _entries.Count;

    /// <summary>What an image gave, or null.</summary>
    public JournalEntry? Find(long image) => _entries.GetValueOrDefault(image);

    /// <summary>Adds an image.</summary>
    public void Add(JournalEntry entry)
    {
        _entries[entry.Image] = entry;
        _file.Write(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(entry, s_oneLine) + "\n"));
        _file.Flush(); // to the system: it outlives this process, which is what is interrupted
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    void Read()
    {
        var whole = 0L;
        using var reader = new StreamReader(_file, Encoding.UTF8, leaveOpen: true);
        while (reader.ReadLine() is { } line)
        {
            try
            {
                if (JsonSerializer.Deserialize<JournalEntry>(line, s_oneLine) is not { } entry) { break; }
                _entries[entry.Image] = entry;
                whole += Encoding.UTF8.GetByteCount(line) + 1;
            }
            catch (JsonException)
            {
                break;
            }
        }

        // A last line without its end is whole as JSON, but the next one must not join it.
        if (whole > _file.Length)
        {
            _entries.Remove(_entries.Keys.Last());
            whole = LastLineEnd();
        }

        _file.SetLength(whole);
        _file.Seek(0, SeekOrigin.End);
    }

    long LastLineEnd()
    {
        for (var at = _file.Length - 1; at >= 0; at--)
        {
            _file.Seek(at, SeekOrigin.Begin);
            if (_file.ReadByte() == '\n') { return at + 1; }
        }

        return 0;
    }
}
