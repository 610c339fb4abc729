namespace DetrPerfLab.Engines;

/// <summary>Weights that ONNX Runtime reads in place from files beside the model, which it maps instead of copying.</summary>
/// <remarks>Source: Linux, Documentation/filesystems/proc.rst, smaps: a mapping's range and file, then its figures, one a line.</remarks>
static class MappedWeights
{
    const string Maps = "/proc/self/smaps";

    /// <summary>Resident bytes of them in this process; zero for a model that is one file; null where the system does not tell.</summary>
    internal static long? ResidentBytes(string modelPath)
    {
        try
        {
            if (!OnnxHeader.Read(modelPath).HasExternalData) { return 0; }
            var folder = Path.GetDirectoryName(Path.GetFullPath(modelPath))!;
            if (!File.Exists(Maps)) { return null; }
            var (sum, wanted) = (0L, false);
            foreach (var line in File.ReadLines(Maps))
            {
                // 7f0c8a000000-7f0c8b000000 r--p 00000000 fe:01 1234   /models/weights.bin
                // Rss:               16384 kB
                if (line.StartsWith("Rss:", StringComparison.Ordinal))
                {
                    if (wanted && long.TryParse(line.AsSpan(4, line.Length - 6), NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var kib)) { sum += kib * 1024; }
                }
                else if (line.IndexOf('-') is > 0 and var dash && dash < line.IndexOf(' '))
                {
                    wanted = line.IndexOf('/') is >= 0 and var path && File.Exists(Path.Combine(folder, Path.GetFileName(line[path..])));
                }
            }

            return sum;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or LabException)
        {
            return null; // a sandbox may hide the one file, or the other be gone
        }
    }
}
