namespace DetrPerfLab.Vision;

/// <summary>One image of a dataset. The file name lies in the dataset's image folder, empty where the labels do not say; so 0x0 pixels.</summary>
readonly record struct CocoImage(long Id, string FileName, ImageSize Size);

/// <summary>One category of a dataset; ids are not contiguous.</summary>
readonly record struct CocoCategory(int Id, string Name = "");

/// <summary>One object that stands in an image. Its area, in square pixels of its mask where there is one, decides small, medium or large.</summary>
/// <remarks>A crowd is a group marked as one: detections in it count neither for nor against.</remarks>
readonly record struct CocoAnnotation(long ImageId, int CategoryId, CocoBox Box, double Area, bool Crowd);

/// <summary>Images, categories and objects: the truth that detections are judged by.</summary>
public sealed class CocoGroundTruth
{
    // Curves are kept a category; the largest vocabularies in use have a few thousand.
    const int MostCategories = 1 << 16;

    const string NeededForm = "an object with the lists 'images', 'annotations' and 'categories' (instances.json): every 'id', 'image_id' and 'category_id' a whole number, "
        + "every 'bbox' [x, y, width, height] of four numbers";

    /// <summary>Images and categories are sorted by id, as the evaluation walks them; annotations stay in the file's order, which breaks ties.</summary>
    internal CocoGroundTruth(
        string name, IEnumerable<CocoImage> images, IEnumerable<CocoCategory> categories, IReadOnlyList<CocoAnnotation> annotations)
    {
        Name = name;
        Images = [.. images.OrderBy(i => i.Id)];
        Categories = [.. categories.OrderBy(c => c.Id)];
        if (Categories.Count > MostCategories) { throw LabError.BadCocoEntry(name, "categories", MostCategories, $"there are {Categories.Count}, needed at most {MostCategories}"); }
        Annotations = annotations;
        ImageIndex = Index(Images.Select(i => i.Id), "images");
        CategoryIndex = Index(Categories.Select(c => (long)c.Id), "categories");
        var faults = new CocoFaults(name, "annotations");
        for (var i = 0; i < annotations.Count; i++)
        {
            var annotation = annotations[i];
            var problem = annotation.Box.Problem
                ?? (annotation.Area is >= 0 and < double.PositiveInfinity ? null : $"area is {annotation.Area}, needed 0 or more")
                ?? (ImageIndex.ContainsKey(annotation.ImageId) ? null : $"image {annotation.ImageId} is not listed under images")
                ?? (CategoryIndex.ContainsKey(annotation.CategoryId) ? null : $"category {annotation.CategoryId} is not listed under categories");
            if (problem is not null) { faults.Add(i, problem); }
        }

        faults.ThrowIfAny("Without its object the numbers would be others.");
    }

    /// <summary>Entries that were passed over, since no number depends on them; one line a list.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    internal string Name { get; }
    public int ImageCount => Images.Count;
    internal IReadOnlyList<CocoImage> Images { get; }
    internal IReadOnlyList<CocoCategory> Categories { get; }
    internal IReadOnlyList<CocoAnnotation> Annotations { get; }
    internal Dictionary<long, int> ImageIndex { get; }
    internal Dictionary<long, int> CategoryIndex { get; }

    public static CocoGroundTruth Load(string path)
    {
        if (!File.Exists(path)) { throw LabError.FileNotFound(path, "Name the dataset's instances.json."); }
        using var stream = InputFile.Open(path);
        return Parse(stream, Path.GetFileName(path));
    }

    internal static CocoGroundTruth Parse(Stream stream, string name)
    {
        var (images, categories, annotations) = CocoJson.Read<Instances>(stream, name, NeededForm);
        var (badImages, badCategories, badAnnotations) = (new CocoFaults(name, "images"), new CocoFaults(name, "categories"), new CocoFaults(name, "annotations"));
        var (knownImages, knownCategories) = (new Dictionary<long, CocoImage>(), new Dictionary<int, CocoCategory>());
        foreach (var (i, entry) in images.Index())
        {
            var problem = entry.Lacks("id", entry.Id);
            if (problem is null && !knownImages.TryAdd(entry.Id!.Value, ImageOf(entry))) { problem = $"id {entry.Id} occurs twice"; }
            if (problem is not null) { badImages.Add(i, problem); }
        }

        foreach (var (i, entry) in categories.Index())
        {
            var problem = entry.Lacks("id", entry.Id) ?? (entry.Id is > int.MaxValue or < int.MinValue ? $"id {entry.Id} is beyond 32 bits" : null);
            var category = new CocoCategory((int)(entry.Id ?? 0), entry.Name ?? "");
            if (problem is null && !knownCategories.TryAdd(category.Id, category))
            {
                if (knownCategories[category.Id].Name != category.Name) { throw LabError.BadCocoEntry(name, "categories", i, $"id {category.Id} is both '{knownCategories[category.Id].Name}' and '{category.Name}'"); }
                problem = $"id {entry.Id} occurs twice";
            }

            if (problem is not null) { badCategories.Add(i, problem); }
        }

        var (objects, ids) = (new List<CocoAnnotation>(annotations.Count), new HashSet<long>());
        foreach (var (i, entry) in annotations.Index())
        {
            var problem = entry.Lacks("image_id", entry.ImageId) ?? entry.Lacks("category_id", entry.CategoryId)
                ?? (entry.CategoryId is > int.MaxValue or < int.MinValue ? $"category_id {entry.CategoryId} is beyond 32 bits" : null)
                ?? (entry.Box is null ? "bbox is missing or no list of four numbers" : null)
                ?? (entry.Crowd is null ? "iscrowd is neither a number nor a truth value" : null)
                ?? (entry.Id is { } id && !ids.Add(id) ? $"id {id} occurs twice" : null); // pycocotools would take the second object for both
            if (problem is not null) { badAnnotations.Add(i, problem); }
            else { objects.Add(new(entry.ImageId!.Value, (int)entry.CategoryId!.Value, entry.Box!.Value, entry.Area ?? entry.Box!.Value.Area, entry.Crowd!.Value)); }
        }

        badAnnotations.ThrowIfAny("Without its object the numbers would be others.");
        return new(name, knownImages.Values, knownCategories.Values, objects)
        {
            // What an object or a detection names must be there; nothing else depends on these.
            Notes = [.. ((CocoFaults[])[badImages, badCategories]).Select(f => f.Text).OfType<string>().Select(text => $"'{name}': {text}; passed over, since no number depends on it.")],
        };
    }

    static CocoImage ImageOf(in CocoEntry entry) => new(
        entry.Id!.Value, entry.FileName ?? "", entry is { Height: > 0 and <= int.MaxValue and var height, Width: > 0 and <= int.MaxValue and var width } ? new((int)height, (int)width) : default);

    /// <summary>
    /// Takes another variant's detections, of at least the score <paramref name="threshold"/>, as the truth, to ask how far detections agree with them.
    /// A model may know categories that the dataset lacks: they are left out.
    /// </summary>
    internal CocoGroundTruth FromDetections(CocoDetections reference, double threshold) =>
        new(reference.Name, Images, Categories,
            [.. reference.Items.Where(d => d.Score >= threshold && CategoryIndex.ContainsKey(d.CategoryId))
                .Select(d => new CocoAnnotation(d.ImageId, d.CategoryId, d.Box, d.Box.Area, Crowd: false))]);

    internal CocoGroundTruth Only(IReadOnlySet<long> images) =>
        new(Name, Images.Where(i => images.Contains(i.Id)), Categories, [.. Annotations.Where(a => images.Contains(a.ImageId))]) { Notes = Notes };

    Dictionary<long, int> Index(IEnumerable<long> ids, string list)
    {
        var index = new Dictionary<long, int>();
        foreach (var id in ids)
        {
            if (!index.TryAdd(id, index.Count)) { throw LabError.BadCocoEntry(Name, list, index.Count, $"id {id} occurs twice"); }
        }

        return index;
    }

    sealed record Instances(List<CocoEntry> Images, List<CocoEntry> Categories, List<CocoEntry> Annotations);
}
