namespace DetrPerfLab.Vision;

/// <summary>Which files a user meant, and what they are called in results.</summary>
public static class ImageFiles
{
    static readonly string[] s_extensions = [".jpg", ".jpeg", ".png"];

    /// <summary>Files as they are named; of a folder its .jpg, .jpeg and .png files (not those of its folders), by name.</summary>
    public static IReadOnlyList<string> Expand(IEnumerable<string> filesAndFolders)
    {
        var files = new List<string>();
        foreach (var path in filesAndFolders)
        {
            if (!Directory.Exists(path))
            {
                files.Add(File.Exists(path) ? path : throw LabError.FileNotFound(path, "Name JPEG or PNG files, or folders of them."));
                continue;
            }

            var found = Directory.EnumerateFiles(path).Where(f => s_extensions.Contains(Path.GetExtension(f), StringComparer.OrdinalIgnoreCase)).ToList();
            if (found.Count == 0)
            {
                throw LabError.BadInput($"Folder '{path}' holds no images, needed files named {string.Join(", ", s_extensions.Select(e => $"*{e}"))}. Name another folder, or the files.");
            }

            found.Sort(StringComparer.Ordinal);
            files.AddRange(found);
        }

        return files;
    }

    /// <summary>The pictures of one folder, by name; none where it has none.</summary>
    internal static IEnumerable<string> InFolder(string folder) =>
        Directory.EnumerateFiles(folder).Where(f => s_extensions.Contains(Path.GetExtension(f), StringComparer.OrdinalIgnoreCase)).Order(StringComparer.Ordinal);

    /// <summary>COCO image ids: the numbers that the files are called by, where all are and no two alike (<c>000000000139.jpg</c>); else 1, 2, 3, …</summary>
    internal static IReadOnlyList<long> Numbers(IReadOnlyList<string> files)
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
