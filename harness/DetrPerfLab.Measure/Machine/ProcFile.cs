namespace DetrPerfLab.Measure;

/// <summary>Files of /proc and /sys, which may be absent or closed to us.</summary>
static class ProcFile
{
    /// <summary>The whole text without the last line's end; null where the file cannot be read.</summary>
    internal static string? Text(string root, string path)
    {
        try
        {
            return File.ReadAllText(Path.Combine(root, path)).TrimEnd();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The lines; none where the file cannot be read.</summary>
    internal static string[] Lines(string root, string path) => Text(root, path)?.Split('\n') ?? [];
}
