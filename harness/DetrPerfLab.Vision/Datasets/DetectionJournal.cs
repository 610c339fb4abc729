using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace DetrPerfLab.Vision;

/// <summary>What one image (a COCO image id) gave: detections, best first, and how many were left out because their label stands for no category.</summary>
sealed record JournalEntry(long Image, StageTimes Times, int Unknown, IReadOnlyList<CocoDetection> Detections);

/// <summary>Detections image by image, on disk as soon as they are made: an evaluation that was interrupted goes on where it stopped.</summary>
public sealed class DetectionJournal : IDisposable
{
    static readonly JsonSerializerOptions s_oneLine = new(LabJson.Options) { WriteIndented = false };

    readonly Dictionary<long, JournalEntry> _entries = [];
    readonly FileStream _file;

    /// <summary>
    /// Opens a journal, or begins one; a line that an interruption cut off is dropped. The key names all that decides the detections
    /// (artefact, variant, dataset, options): another key is another journal.
    /// </summary>
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

    internal JournalEntry? Find(long image) => _entries.GetValueOrDefault(image);

    internal void Add(JournalEntry entry)
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
                var end = whole + Encoding.UTF8.GetByteCount(line) + 1;
                // A last line without its end is whole as JSON, but the next one must not join it.
                if (end > _file.Length || JsonSerializer.Deserialize<JournalEntry>(line, s_oneLine) is not { } entry) { break; }
                _entries[entry.Image] = entry;
                whole = end;
            }
            catch (JsonException)
            {
                break;
            }
        }

        _file.SetLength(whole);
        _file.Seek(0, SeekOrigin.End);
    }
}
