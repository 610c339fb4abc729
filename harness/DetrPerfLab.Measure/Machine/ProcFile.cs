namespace DetrPerfLab.Measure;

/// <summary>Files of /proc and /sys, which may be absent or closed to us.</summary>
static class ProcFile
{
    /// <summary>The whole text without the last line's end; null where the file cannot be read.</summary>
    internal static string? Text(string root, string path) => Read(root, path, file => File.ReadAllText(file).TrimEnd());

    /// <summary>The first line that begins so, without reading on: files of /proc grow with the cores. Null where there is none.</summary>
    internal static string? FirstLine(string root, string path, string beginning) =>
        Read(root, path, file => File.ReadLines(file).FirstOrDefault(l => l.StartsWith(beginning, StringComparison.Ordinal)));

    internal static string[] Lines(string root, string path) => Text(root, path)?.Split('\n') ?? [];

    static string? Read(string root, string path, Func<string, string?> read)
    {
        try
        {
            return read(Path.Combine(root, path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
