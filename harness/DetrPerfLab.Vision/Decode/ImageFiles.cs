namespace DetrPerfLab.Vision;

/// <summary>Which files a user meant, and what they are called in results.</summary>
public static class ImageFiles
{
    static readonly string[] s_extensions = [".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif"];

    /// <summary>Files as they are named; of a folder those that end as images do, by name; those of the folders below too where that is asked for.</summary>
    public static IReadOnlyList<string> Expand(IEnumerable<string> filesAndFolders, bool recursive = false) => Expand(filesAndFolders, recursive, out _);

    /// <param name="note">How many files of the folders were passed over, by their endings; null where none was.</param>
    public static IReadOnlyList<string> Expand(IEnumerable<string> filesAndFolders, bool recursive, out string? note)
    {
        var (files, others) = (new List<string>(), new List<string>());
        foreach (var path in filesAndFolders)
        {
            if (!Directory.Exists(path))
            {
                files.Add(File.Exists(path) ? path : throw LabError.FileNotFound(path, "Name JPEG or PNG files, or folders of them."));
                continue;
            }

            var all = Everything(path, recursive);
            if (!all[true].Any())
            {
                throw LabError.BadInput($"Folder '{path}' holds no images, needed files named {string.Join(", ", s_extensions.Select(e => $"*{e}"))}. Name another folder, or the files"
                    + (!recursive && Directory.EnumerateDirectories(path).Any() ? "; for images in the folders below: --recursive" : "") + ".");
            }

            files.AddRange(all[true]);
            others.AddRange(all[false]);
        }

        note = PassedOver(others);
        return files;
    }

    static string? PassedOver(IReadOnlyCollection<string> others) => others.Count == 0 ? null : $"{others.Count} files of other endings were passed over: "
        + string.Join(", ", others.CountBy(f => Path.GetExtension(f) is { Length: > 0 } ending ? "*" + ending.ToLowerInvariant() : "no ending").OrderByDescending(e => e.Value).Take(8).Select(e => $"{e.Value} {e.Key}"));

    /// <summary>The pictures of several folders and of those below them, by name; none where one has none. The note says what was passed over; null where nothing was.</summary>
    internal static IReadOnlyList<IReadOnlyList<string>> Below(IReadOnlyList<string> folders, out string? note)
    {
        ILookup<bool, string>[] all = [.. folders.Select(f => Everything(f, recursive: true))];
        note = PassedOver([.. all.SelectMany(a => a[false])]);
        return [.. all.Select(a => a[true].ToList())];
    }

    static ILookup<bool, string> Everything(string folder, bool recursive) =>
        Directory.EnumerateFiles(folder, "*", new EnumerationOptions { RecurseSubdirectories = recursive, AttributesToSkip = 0, MaxRecursionDepth = 64 }).Order(StringComparer.Ordinal).ToLookup(IsImage);

    /// <summary>The paths that a text file lists, a line each; below its own folder where they are not rooted.</summary>
    public static IReadOnlyList<string> Listed(string list)
    {
        var paths = InputFile.ReadText(list).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(line => Path.Combine(Path.GetDirectoryName(Path.GetFullPath(list))!, line)).ToList();
        if (paths.FirstOrDefault(p => !File.Exists(p)) is { } missing) { throw LabError.FileNotFound(missing, $"'{list}' lists it: mend the list, or put the file there."); }
        return paths.Count > 0 ? paths : throw LabError.BadInput($"'{list}' lists nothing, needed the path of an image a line.");
    }

    static bool IsImage(string file) => s_extensions.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase);

    /// <summary>What files are called in JSON: their names; where two are alike, all with their folders, below the one that holds them all.</summary>
    internal static IReadOnlyList<string> JsonNames(IReadOnlyList<string> files)
    {
        if (files.Select(Path.GetFileName).Distinct(StringComparer.Ordinal).Count() == files.Count) { return [.. files.Select(f => Path.GetFileName(f))]; }
        var folders = files.Select(f => Path.GetDirectoryName(Path.GetFullPath(f))!.Split(Path.DirectorySeparatorChar)).ToList();
        var common = folders.Aggregate((a, b) => [.. a.Zip(b).TakeWhile(p => p.First == p.Second).Select(p => p.First)]);
        var root = string.Join(Path.DirectorySeparatorChar, common) + Path.DirectorySeparatorChar;
        return [.. files.Select(f => Path.GetRelativePath(root, f).Replace('\\', '/'))];
    }

    /// <summary>The pictures of one folder, by name; none where it has none.</summary>
    internal static IEnumerable<string> InFolder(string folder) =>
        Directory.EnumerateFiles(folder).Where(IsImage).Order(StringComparer.Ordinal);

    /// <summary>COCO image ids: the numbers that the files are called by, where all are and no two alike (<c>000000000139.jpg</c>); else 1, 2, 3, …</summary>
    public static IReadOnlyList<long> Numbers(IReadOnlyList<string> files)
    {
        var numbers = files.Select(f => long.TryParse(Path.GetFileNameWithoutExtension(f), NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : -1).ToList();
        return numbers.TrueForAll(n => n >= 0) && numbers.Distinct().Count() == numbers.Count ? numbers : [.. Enumerable.Range(1, files.Count)];
    }

    /// <summary>Names for output files: the files' own without folder and extension; where two are alike, the later ones get <c>-2</c>, <c>-3</c>, …</summary>
    internal static IReadOnlyList<string> OutputNames(IReadOnlyList<string> files)
    {
        var names = new List<string>(files.Count);
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase); // some file systems do not tell upper from lower case
        foreach (var file in files)
        {
            var stem = Path.GetFileNameWithoutExtension(file);
            var name = stem;
            for (var i = 2; !taken.Add(name); i++) { name = $"{stem}-{i}"; }
            names.Add(name);
        }

        return names;
    }
}
