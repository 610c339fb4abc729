using System.Security.Cryptography;
using System.Text;

namespace DetrPerfLab.Onnx;

/// <summary>What a calibration has seen so far, in a file, so that the same command goes on after an interruption.</summary>
/// <param name="folder">Made when it is needed.</param>
/// <param name="key">All that decides the histograms; the file of another key is not taken.</param>
public sealed class CalibrationCheckpoint(string folder, string key)
{
    /// <summary>A killed process loses so much at most; a file of a large model is some megabytes.</summary>
    static readonly TimeSpan s_every = TimeSpan.FromSeconds(10);

    readonly string _path = Journal<object>.PathOf(folder, "calibration", key);
    long _saved = Environment.TickCount64;

    /// <summary>Nothing of an earlier run is needed any more.</summary>
    public void Delete()
    {
        if (File.Exists(_path)) { File.Delete(_path); } // its folder may never have been made
    }

    /// <summary>Fills histograms with what was saved of them.</summary>
    /// <returns>How many inferences they hold; 0, and histograms as they were, where there is no file or it is damaged.</returns>
    internal long Restore(Dictionary<string, ActivationHistogram> histograms)
    {
        try
        {
            var bytes = File.ReadAllBytes(_path);
            if (!SHA256.HashData(bytes.AsSpan(Math.Min(bytes.Length, SHA256.HashSizeInBytes)..)).AsSpan().SequenceEqual(bytes.AsSpan(0, Math.Min(bytes.Length, SHA256.HashSizeInBytes)))) { return 0; }
            using var reader = new BinaryReader(new MemoryStream(bytes, SHA256.HashSizeInBytes, bytes.Length - SHA256.HashSizeInBytes));
            if (reader.ReadString() != key) { return 0; }
            var (done, read) = (reader.ReadInt64(), new Dictionary<string, ActivationHistogram>(StringComparer.Ordinal));
            for (var count = reader.ReadInt32(); read.Count < count;) { read.Add(reader.ReadString(), ActivationHistogram.Read(reader)); }
            if (done < 1 || !read.Keys.ToHashSet().SetEquals(histograms.Keys)) { return 0; }
            foreach (var (name, histogram) in read) { histograms[name] = histogram; }
            return done;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or ArgumentException)
        {
            return 0; // calibrated anew: it costs time only
        }
    }

    internal void SaveNowAndThen(Dictionary<string, ActivationHistogram> histograms, long done)
    {
        if (Environment.TickCount64 - _saved >= s_every.TotalMilliseconds) { Save(histograms, done); }
    }

    internal void Save(Dictionary<string, ActivationHistogram> histograms, long done)
    {
        using var content = new MemoryStream();
        using (var writer = new BinaryWriter(content, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(key);
            writer.Write(done);
            writer.Write(histograms.Count);
            foreach (var (name, histogram) in histograms)
            {
                writer.Write(name);
                histogram.Write(writer);
            }
        }

        var bytes = content.GetBuffer().AsMemory(0, (int)content.Length);
        AtomicFile.Write(_path, stream =>
        {
            stream.Write(SHA256.HashData(bytes.Span));
            stream.Write(bytes.Span);
        });
        _saved = Environment.TickCount64;
    }
}
