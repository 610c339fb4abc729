namespace DetrPerfLab.Core;

/// <summary>A sans face of this machine, as font files; the upright one stands in for a bold one that is missing.</summary>
/// <remarks>The build of Skia that needs no further library reads no font configuration: on Linux it knows no face by name, only by file. So the files are
/// looked for here, in the same way on every system.</remarks>
public sealed record SansFont(string Regular, string Bold)
{
    // Well-known faces of the desktop systems, by file name: first those that are the same wherever they are.
    static readonly (string Regular, string Bold)[] s_known =
    [
        ("DejaVuSans", "DejaVuSans-Bold"), ("LiberationSans-Regular", "LiberationSans-Bold"), ("NotoSans-Regular", "NotoSans-Bold"),
        ("OpenSans-Regular", "OpenSans-Bold"), ("Roboto-Regular", "Roboto-Bold"), ("Ubuntu-R", "Ubuntu-B"), ("Cantarell-Regular", "Cantarell-Bold"),
        ("segoeui", "segoeuib"), ("arial", "arialbd"), ("Arial", "Arial Bold"), ("Inter-Regular", "Inter-Bold"), ("Helvetica", "Helvetica"), ("FreeSans", "FreeSansBold"),
    ];

    // No face for running text.
    static readonly string[] s_unfit = ["bold", "italic", "oblique", "light", "thin", "black", "condensed", "narrow", "mono", "emoji", "symbol", "icon", "math", "dingbat"];

    /// <summary>Where the systems keep their fonts; a user's own folders need no administrator.</summary>
    /// <remarks>Source: XDG Base Directory specification; the systems' own.</remarks>
    public static IReadOnlyList<string> Folders { get; } = [.. SystemFolders().Where(folder => folder.Length > 0).Distinct()];

    /// <summary>What could serve, the best first: known sans faces, others that say "sans", then any face for running text. Whether one holds the needed characters is for the caller to ask.</summary>
    public static IEnumerable<SansFont> Candidates(IEnumerable<string>? folders = null)
    {
        var files = (folders ?? Folders).Where(Directory.Exists)
            .SelectMany(f => Directory.EnumerateFiles(f, "*", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true }))
            .Where(f => Path.GetExtension(f).ToLowerInvariant() is ".ttf" or ".otf" or ".ttc")
            .GroupBy(f => Path.GetFileNameWithoutExtension(f), StringComparer.OrdinalIgnoreCase)
            .ToDictionary(g => g.Key, g => g.Order(StringComparer.Ordinal).First(), StringComparer.OrdinalIgnoreCase);
        foreach (var (regular, bold) in s_known.Where(k => files.ContainsKey(k.Regular)))
        {
            yield return new(files[regular], files.GetValueOrDefault(bold, files[regular]));
        }

        foreach (var name in files.Keys.Where(n => !s_unfit.Any(u => n.Contains(u, StringComparison.OrdinalIgnoreCase)))
            .OrderByDescending(n => n.Contains("sans", StringComparison.OrdinalIgnoreCase)).ThenBy(n => n, StringComparer.Ordinal))
        {
            yield return new(files[name], files.GetValueOrDefault(name.Replace("-Regular", "", StringComparison.Ordinal) + "-Bold", files[name]));
        }
    }

    static IEnumerable<string> SystemFolders()
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        yield return Environment.GetFolderPath(Environment.SpecialFolder.Fonts);
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
