namespace DetrPerfLab.Core;

/// <summary>Finds the file of a plain sans face among the fonts of this machine.</summary>
/// <remarks>
/// By its file and not by its family: Skia's build for Linux comes without fontconfig, knows no font of the system, and needs no library that a
/// bare machine lacks. Source of the folders: XDG Base Directory specification; the systems' own.
/// </remarks>
public static class SansFontFile
{
    /// <summary>Regular faces that read well small, best first; then any regular sans.</summary>
    static readonly string[] s_preferred =
    [
        "DejaVuSans", "NotoSans-Regular", "LiberationSans-Regular", "OpenSans-Regular", "Roboto-Regular", "Inter-Regular", "Ubuntu-R",
        "segoeui", "arial", "Helvetica", "FreeSans", "Cantarell-Regular",
    ];

    static readonly string[] s_extensions = [".ttf", ".otf", ".ttc"];

    static readonly string[] s_notPlain = ["bold", "italic", "oblique", "mono", "light", "thin", "black", "condensed", "symbol", "emoji"];

    /// <summary>The folders in which fonts of this system lie.</summary>
    public static IReadOnlyList<string> Folders { get; } = [.. SystemFolders().Where(f => f.Length > 0).Distinct()];

    /// <summary>The best face in these folders and those below; null where there is none.</summary>
    public static string? Find(IEnumerable<string> folders)
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, MaxRecursionDepth = 8 };
        var files = folders.Where(Directory.Exists).SelectMany(f => Directory.EnumerateFiles(f, "*", options))
            .Where(f => s_extensions.Contains(Path.GetExtension(f), StringComparer.OrdinalIgnoreCase));
        return files.Where(f => Rank(f) < int.MaxValue).OrderBy(Rank).ThenBy(f => f, StringComparer.Ordinal).FirstOrDefault();
    }

    static int Rank(string file)
    {
        var name = Path.GetFileNameWithoutExtension(file);
        var preferred = Array.FindIndex(s_preferred, p => p.Equals(name, StringComparison.OrdinalIgnoreCase));
        if (preferred >= 0) { return preferred; }
        var plainSans = name.Contains("sans", StringComparison.OrdinalIgnoreCase) && !Array.Exists(s_notPlain, n => name.Contains(n, StringComparison.OrdinalIgnoreCase));
        return plainSans ? s_preferred.Length : int.MaxValue;
    }

    static IEnumerable<string> SystemFolders()
    {
        yield return Environment.GetFolderPath(Environment.SpecialFolder.Fonts);
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        if (OperatingSystem.IsMacOS())
        {
            yield return Path.Combine(home, "Library", "Fonts");
            yield return "/Library/Fonts";
            yield return "/System/Library/Fonts";
        }
        else if (!OperatingSystem.IsWindows())
        {
            var shares = Environment.GetEnvironmentVariable("XDG_DATA_DIRS") is { Length: > 0 } set ? set : "/usr/local/share:/usr/share";
            yield return Path.Combine(home, ".fonts");
            yield return Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "fonts"); // XDG_DATA_HOME
            foreach (var share in shares.Split(':')) { yield return Path.Combine(share, "fonts"); }
        }
    }
}
