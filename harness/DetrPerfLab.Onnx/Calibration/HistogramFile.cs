using System.Security.Cryptography;
using System.Text;

namespace DetrPerfLab.Onnx;

/// <summary>Histograms of values, by name, in a file that begins with words of what they are; one that was cut or changed is known by its hash.</summary>
static class HistogramFile
{
    internal static void Save(string path, IReadOnlyList<string> about, IReadOnlyDictionary<string, ActivationHistogram> histograms)
    {
        using var content = new MemoryStream();
        using (var writer = new BinaryWriter(content, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(about.Count);
            foreach (var word in about) { writer.Write(word); }
            writer.Write(histograms.Count);
            foreach (var (name, histogram) in histograms)
            {
                writer.Write(name);
                histogram.Write(writer);
            }
        }

        var bytes = content.GetBuffer().AsMemory(0, (int)content.Length);
        AtomicFile.Write(path, stream =>
        {
            stream.Write(SHA256.HashData(bytes.Span));
            stream.Write(bytes.Span);
        });
    }

    /// <returns>Null where there is no such file, or no whole one.</returns>
    internal static (IReadOnlyList<string> About, Dictionary<string, ActivationHistogram> Histograms)? Load(string path)
    {
        try
        {
            var bytes = File.ReadAllBytes(path);
            var hash = Math.Min(bytes.Length, SHA256.HashSizeInBytes);
            if (!SHA256.HashData(bytes.AsSpan(hash..)).AsSpan().SequenceEqual(bytes.AsSpan(0, hash))) { return null; }
            using var reader = new BinaryReader(new MemoryStream(bytes, hash, bytes.Length - hash));
            var (about, histograms) = (new List<string>(), new Dictionary<string, ActivationHistogram>(StringComparer.Ordinal));
            for (var words = reader.ReadInt32(); about.Count < words;) { about.Add(reader.ReadString()); }
            for (var count = reader.ReadInt32(); histograms.Count < count;) { histograms.Add(reader.ReadString(), ActivationHistogram.Read(reader)); }
            return (about, histograms);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or ArgumentException) { return null; }
    }
}
