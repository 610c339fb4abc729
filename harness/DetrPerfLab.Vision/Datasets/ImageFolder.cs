using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace DetrPerfLab.Vision;

/// <summary>A labelled picture: where it lies, below the data set's folder, and the class that it shows.</summary>
public readonly record struct LabelledPicture(string Name, string Class);

/// <summary>Pictures with one class each: a folder for each class, or a file that tells the class of each picture.</summary>
public sealed class ImageFolder
{
    const long MaxTruth = 64 << 20;

    readonly string _folder;

    ImageFolder(string folder, IReadOnlyList<LabelledPicture> pictures, IReadOnlyList<string> notes) => (_folder, Pictures, Notes) = (folder, pictures, notes);

    /// <summary>In the order of their names.</summary>
    public IReadOnlyList<LabelledPicture> Pictures { get; }

    /// <summary>What of the folder is not counted, in words.</summary>
    public IReadOnlyList<string> Notes { get; }

    public IReadOnlyList<string> Classes => [.. Pictures.Select(p => p.Class).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <param name="truth">File of lines <c>picture class</c> (blank, tab or comma between them) or a JSON object from picture to class; null where folders tell it.</param>
    /// <exception cref="LabException">No such folder, no pictures, or a picture without a class.</exception>
    public static ImageFolder Open(string folder, string? truth = null)
    {
        if (!Directory.Exists(folder)) { throw LabError.DirectoryNotFound(folder, "Name a folder that holds a folder of pictures for each class."); }
        var notes = new List<string>();
        var pictures = truth is null ? OfFolders(folder, notes) : OfFile(folder, truth);
        return pictures.Count > 0 ? new(folder, [.. pictures.OrderBy(p => p.Name, StringComparer.Ordinal)], notes) : throw LabError.BadInput(
            $"'{folder}' holds no pictures in folders, needed a folder for each class with .jpg or .png files. Name another, or tell the classes with --truth FILE.");
    }

    public IReadOnlyList<string> Files => [.. Pictures.Select(PathOf)];

    /// <summary>The pictures at those of its <see cref="Files"/> alone.</summary>
    public ImageFolder Only(IReadOnlySet<string> files) => new(_folder, [.. Pictures.Where(p => files.Contains(PathOf(p)))], Notes);

    public string PathOf(LabelledPicture picture) => Path.Combine(_folder, picture.Name);

    /// <summary>Name, and a hash over classes and pictures: what a figure was reached on.</summary>
    public DatasetInfo Describe()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var picture in Pictures)
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{picture.Name}\0{picture.Class}\0"));
            hash.AppendData(Convert.FromHexString(FileHash.Sha256(PathOf(picture))));
        }

        return new(new DirectoryInfo(_folder).Name, Convert.ToHexStringLower(hash.GetHashAndReset()), Pictures.Count);
    }

    /// <summary>Labels by name of class; where all classes are numbers, they are the labels themselves.</summary>
    /// <exception cref="LabException">No name is common, or the model names no classes.</exception>
    internal IReadOnlyDictionary<string, int> LabelsOf(LabelMap labels)
    {
        var classes = Classes;
        if (classes.All(c => int.TryParse(c, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n < Math.Max(labels.Count, 1)))
        {
            return classes.ToDictionary(c => c, c => int.Parse(c, CultureInfo.InvariantCulture), StringComparer.Ordinal);
        }

        // ImageNet's names are lists of synonyms, with or without the number of the synset before them.
        var known = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var label = 0; labels.IsNamed && label < labels.Count; label++)
        {
            if (labels.Find(label) is not { } named) { continue; }
            foreach (var name in named.Name.Split(',').Append(named.Name).Append(named.Name.Split(' ')[0])) { known.TryAdd(ClassNames.Key(name), label); }
        }

        var found = classes.Where(c => known.ContainsKey(ClassNames.Key(c))).ToDictionary(c => c, c => known[ClassNames.Key(c)], StringComparer.Ordinal);
        if (found.Count == classes.Count) { return found; }
        var strangers = classes.Where(c => !found.ContainsKey(c)).ToList();
        throw LabError.BadInput($"{strangers.Count} of the {classes.Count} classes of the data set are none of the model's: {Some(strangers)}. Model ({labels.Source}): "
            + $"{(labels.IsNamed ? Some([.. labels.Names]) : $"{labels.Count} without names")}. Say what the model's classes are called: --labels FILE, one name a line in the order of its labels; or name the folders as the model names its classes.");
    }

    /// <remarks>As torchvision's ImageFolder: the folders of the first level are the classes, pictures lie in them at any depth.</remarks>
    static List<LabelledPicture> OfFolders(string folder, List<string> notes)
    {
        string[] classes = [.. Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal)];
        var files = ImageFiles.Below(classes, out var passedOver);
        string[] empty = [.. classes.Zip(files).Where(c => c.Second.Count == 0).Select(c => Path.GetFileName(c.First))];
        var loose = ImageFiles.InFolder(folder).Count();
        if (empty.Length > 0) { notes.Add($"class folders without pictures, not counted: {empty.Length} of {classes.Length}: {Some(empty)}"); }
        if (loose > 0) { notes.Add($"pictures in no class folder, not counted: {loose}"); }
        if (passedOver is not null) { notes.Add(passedOver); }
        return [.. classes.Zip(files).SelectMany(c => c.Second.Select(file => new LabelledPicture(Path.GetRelativePath(folder, file), Path.GetFileName(c.First))))];
    }

    static string Some(IReadOnlyList<string> names) => string.Join(", ", names.Take(10)) + (names.Count > 10 ? $" and {names.Count - 10} more" : "");

    static List<LabelledPicture> OfFile(string folder, string truth)
    {
        if (!File.Exists(truth)) { throw LabError.FileNotFound(truth, "Name a file that tells the class of each picture."); }
        if (new FileInfo(truth).Length > MaxTruth) { throw LabError.BadInput($"'{truth}' is larger than {MaxTruth / (1 << 20)} MiB, needed a file with a line for each picture."); }
        var text = File.ReadAllText(truth);
        var pairs = text.TrimStart().StartsWith('{') ? OfJson(truth, text) : OfLines(truth, text);
        foreach (var (picture, i) in pairs.Select((p, i) => (p, i)))
        {
            var path = Path.GetFullPath(Path.Combine(folder, picture.Name));
            if (Path.IsPathRooted(picture.Name) || !path.StartsWith(Path.GetFullPath(folder) + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            {
                throw LabError.BadInput($"'{truth}', entry {i + 1}: '{picture.Name}' leads out of '{folder}'. Name pictures below that folder.");
            }

            if (!File.Exists(path)) { throw LabError.BadInput($"'{truth}', entry {i + 1}: picture '{picture.Name}' is not in '{folder}'. Mend the entry, or put the picture there."); }
        }

        var twice = pairs.GroupBy(p => p.Name, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1);
        return twice is null ? pairs : throw LabError.BadInput($"'{truth}' tells the class of '{twice.Key}' {twice.Count()} times, needed once. Remove all but one.");
    }

    static List<LabelledPicture> OfLines(string truth, string text)
    {
        var pairs = new List<LabelledPicture>();
        foreach (var (line, i) in text.ReplaceLineEndings("\n").Split('\n').Select((l, i) => (l.Trim(), i)))
        {
            if (line.Length == 0 || line.StartsWith('#')) { continue; }
            var cut = line.IndexOf('\t') is >= 0 and var tab ? tab : line.IndexOf(',') is >= 0 and var comma ? comma : line.IndexOf(' ');
            if (cut <= 0) { throw LabError.BadInput($"'{truth}', line {i + 1}: '{line}' names no class, needed 'picture class'. Mend the line."); }
            pairs.Add(new(line[..cut].Trim(), line[(cut + 1)..].Trim().Trim('"')));
        }

        return pairs;
    }

    static List<LabelledPicture> OfJson(string truth, string text)
    {
        try { return [.. JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(text, LabJson.Options)!.Select(p => new LabelledPicture(p.Key, p.Value.ToString()))]; }
        catch (JsonException e) { throw LabError.BadInput($"'{truth}' is no object from picture to class: {LabJson.ProblemOf(e)}. Mend it, or write lines 'picture class'."); }
    }
}
