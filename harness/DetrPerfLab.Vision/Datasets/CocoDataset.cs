using System.Security.Cryptography;

namespace DetrPerfLab.Vision;

/// <summary>A labelled dataset in a folder: <c>images/</c> and <c>instances.json</c>.</summary>
public sealed class CocoDataset
{
    readonly string _folder;

    CocoDataset(string folder, CocoGroundTruth truth) => (_folder, Truth) = (folder, truth);

    public CocoGroundTruth Truth { get; }

    public static CocoDataset Open(string folder)
    {
        if (!Directory.Exists(folder)) { throw LabError.DirectoryNotFound(folder, "Name a folder with images/ and instances.json."); }
        var dataset = new CocoDataset(folder, CocoGroundTruth.Load(Path.Combine(folder, "instances.json")));
        if (dataset.Truth.Images.Select(i => (i.Id, Problem: ProblemOf(i.FileName))).FirstOrDefault(i => i.Problem is not null) is { Problem: { } problem } bad)
        {
            throw LabError.BadInput($"'{folder}/instances.json': image {bad.Id}: {problem}. Mend or remove the entry.");
        }

        var missing = dataset.Truth.Images.Where(i => !File.Exists(dataset.PathOf(i))).ToList();
        if (dataset.Truth.Images.Count == 0) { throw LabError.BadInput($"'{folder}/instances.json' lists no images. Name a dataset that has some."); }
        return missing.Count == 0 ? dataset : throw LabError.BadInput($"{missing.Count} of the {dataset.Truth.Images.Count} images that '{folder}/instances.json' lists are missing, "
            + $"the first is '{dataset.PathOf(missing[0])}'. Fetch them, or take them out of the list.");
    }

    /// <summary>Paths of the images, in the order of their ids.</summary>
    public IReadOnlyList<string> Files => [.. Truth.Images.Select(PathOf)];

    /// <summary>The images at those of its <see cref="Files"/> alone, with their objects; categories stay.</summary>
    public CocoDataset Only(IReadOnlySet<string> files) => Only(Truth.Images.Where(i => files.Contains(PathOf(i))).Select(i => i.Id).ToHashSet());

    /// <summary>Images by their ids, with their objects; categories stay.</summary>
    public CocoDataset Only(IReadOnlySet<long> images) => new(_folder, Truth.Only(images));

    /// <summary>Name, and a hash over labels and images: what a figure was reached on.</summary>
    public DatasetInfo Describe()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in Truth.Images.Select(PathOf).Prepend(Path.Combine(_folder, "instances.json"))) { hash.AppendData(Convert.FromHexString(FileHash.Sha256(file))); }
        return new(new DirectoryInfo(_folder).Name, Convert.ToHexStringLower(hash.GetHashAndReset()), Truth.Images.Count);
    }

    /// <summary>Names may lie in folders below, and hold what the file system takes; a colon opens another stream of a file on Windows.</summary>
    static string? ProblemOf(string name) =>
        Path.IsPathRooted(name) || name.Split('/', '\\').Contains("..") ? $"file_name '{name}' leads out of the image folder"
        : name.Contains('\0') || (OperatingSystem.IsWindows() && name.Contains(':')) ? $"file_name '{name}' is none on this system"
        : null;

    /// <summary>Where an image lies; COCO's own naming by id where the labels do not say.</summary>
    internal string PathOf(CocoImage image) =>
        Path.Combine(_folder, "images", image.FileName.Length > 0 ? image.FileName : FormattableString.Invariant($"{image.Id:D12}.jpg"));
}
