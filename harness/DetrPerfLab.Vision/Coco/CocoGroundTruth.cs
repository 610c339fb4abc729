using System.Text.Json.Serialization;

namespace DetrPerfLab.Vision;

/// <summary>One image of a dataset. The file name lies in the dataset's image folder, empty where the labels do not say; so 0x0 pixels.</summary>
readonly record struct CocoImage(long Id, string FileName, ImageSize Size);

/// <summary>One category of a dataset; ids are not contiguous.</summary>
[method: JsonConstructor]
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
        for (var i = 0; i < annotations.Count; i++)
        {
            var annotation = annotations[i];
            var problem = annotation.Box.Problem
                ?? (annotation.Area is >= 0 and < double.PositiveInfinity ? null : $"area is {annotation.Area}, needed 0 or more")
                ?? (ImageIndex.ContainsKey(annotation.ImageId) ? null : $"image {annotation.ImageId} is not listed under images")
                ?? (CategoryIndex.ContainsKey(annotation.CategoryId) ? null : $"category {annotation.CategoryId} is not listed under categories");
            if (problem is not null) { throw LabError.BadCocoEntry(name, "annotations", i, problem); }
        }
    }

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
        for (var i = 0; i < images.Count; i++)
        {
            if (images[i].Problem is { } problem) { throw LabError.BadCocoEntry(name, "images", i, problem); }
        }

        var ids = new HashSet<long>();
        for (var i = 0; i < annotations.Count; i++)
        {
            var id = annotations[i].Id;
            if (id != Annotation.NoId && !ids.Add(id)) { throw LabError.BadCocoEntry(name, "annotations", i, $"id {id} occurs twice"); }
        }

        return new(name, images.Select(i => new CocoImage(i.Id, i.FileName, new(i.Height, i.Width))), categories, [.. annotations.Select(a => a.Object)]);
    }

    /// <summary>
    /// Takes another variant's detections, of at least the score <paramref name="threshold"/>, as the truth, to ask how far detections agree with them.
    /// A model may know categories that the dataset lacks: they are left out.
    /// </summary>
    internal CocoGroundTruth FromDetections(CocoDetections reference, double threshold) =>
        new(reference.Name, Images, Categories,
            [.. reference.Items.Where(d => d.Score >= threshold && CategoryIndex.ContainsKey(d.CategoryId))
                .Select(d => new CocoAnnotation(d.ImageId, d.CategoryId, d.Box, d.Box.Area, Crowd: false))]);

    Dictionary<long, int> Index(IEnumerable<long> ids, string list)
    {
        var index = new Dictionary<long, int>();
        foreach (var id in ids)
        {
            if (!index.TryAdd(id, index.Count)) { throw LabError.BadCocoEntry(Name, list, index.Count, $"id {id} occurs twice"); }
        }

        return index;
    }

    // Entries are structs: a null among them is no entry.
    sealed record Instances(List<Image> Images, List<CocoCategory> Categories, List<Annotation> Annotations);

    [method: JsonConstructor]
    readonly record struct Image(long Id, string FileName = "", int Width = 0, int Height = 0)
    {
        internal string? Problem =>
            Width < 0 || Height < 0 ? $"size {Height}x{Width} is no image size"
            : Path.IsPathRooted(FileName) || FileName.Contains(':') || FileName.Split('/', '\\').Contains("..") ? $"file_name '{FileName}' leads out of the image folder"
            : null;
    }

    [method: JsonConstructor]
    readonly record struct Annotation(long ImageId, int CategoryId, CocoBox Bbox, long Id = Annotation.NoId, double Area = double.NaN, long Iscrowd = 0)
    {
        internal const long NoId = long.MinValue; // what is not there, where null would let null in

        internal CocoAnnotation Object => new(ImageId, CategoryId, Bbox, double.IsNaN(Area) ? Bbox.Area : Area, Iscrowd != 0);
    }
}
