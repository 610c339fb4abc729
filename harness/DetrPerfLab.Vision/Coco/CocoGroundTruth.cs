namespace DetrPerfLab.Vision;

/// <summary>One image of a dataset.</summary>
/// <param name="Id">COCO image id.</param>
/// <param name="FileName">Relative to the dataset's image folder; empty where the file does not say. Never leads out of that folder.</param>
/// <param name="Size">Pixels; 0x0 where the file does not say.</param>
public readonly record struct CocoImage(long Id, string FileName, ImageSize Size);

/// <summary>One category of a dataset.</summary>
/// <param name="Id">COCO category id, not contiguous.</param>
/// <param name="Name">For example <c>person</c>.</param>
public readonly record struct CocoCategory(int Id, string Name);

/// <summary>One object that stands in an image.</summary>
/// <param name="ImageId">COCO image id.</param>
/// <param name="CategoryId">COCO category id.</param>
/// <param name="Box">Its box.</param>
/// <param name="Area">Square pixels of the object (its mask, where there is one), which decides small, medium or large.</param>
/// <param name="Crowd">A group marked as one: detections in it count neither for nor against.</param>
public readonly record struct CocoAnnotation(long ImageId, int CategoryId, CocoBox Box, double Area, bool Crowd);

/// <summary>Images, categories and objects: the truth that detections are judged by.</summary>
public sealed partial class CocoGroundTruth
{
    // Curves are kept a category; the largest vocabularies in use have a few thousand.
    const int MostCategories = 1 << 16;

    /// <summary>Takes what the file holds; images and categories are sorted by id, as the evaluation walks them.</summary>
    /// <param name="name">Named in messages.</param>
    /// <param name="images">Ids all different.</param>
    /// <param name="categories">Ids all different.</param>
    /// <param name="annotations">In the file's order, which breaks ties; each of a listed image and category.</param>
    /// <exception cref="LabException">An id occurs twice or is unknown; a box is not finite.</exception>
    public CocoGroundTruth(
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
            var problem = CocoProblem.OfBox(annotation.Box)
                ?? (annotation.Area is >= 0 and < double.PositiveInfinity ? null : $"area is {annotation.Area}, needed 0 or more")
                ?? (ImageIndex.ContainsKey(annotation.ImageId) ? null : $"image {annotation.ImageId} is not listed under images")
                ?? (CategoryIndex.ContainsKey(annotation.CategoryId) ? null : $"category {annotation.CategoryId} is not listed under categories");
            if (problem is not null) { throw LabError.BadCocoEntry(name, "annotations", i, problem); }
        }
    }

    /// <summary>Where it came from, for messages.</summary>
    public string Name { get; }

    /// <summary>By rising id.</summary>
    public IReadOnlyList<CocoImage> Images { get; }

    /// <summary>By rising id.</summary>
    public IReadOnlyList<CocoCategory> Categories { get; }

    /// <summary>In the file's order.</summary>
    public IReadOnlyList<CocoAnnotation> Annotations { get; }

    internal Dictionary<long, int> ImageIndex { get; }

    internal Dictionary<long, int> CategoryIndex { get; }

    /// <summary>Takes detections as the truth, to ask how far another variant's detections agree with them.</summary>
    /// <param name="images">All images that were run, those without detections too.</param>
    /// <param name="categories">All categories of the model.</param>
    /// <param name="reference">For example those of the FP32 model.</param>
    /// <param name="threshold">Detections that score less are no objects.</param>
    public static CocoGroundTruth FromDetections(
        IEnumerable<CocoImage> images, IEnumerable<CocoCategory> categories, CocoDetections reference, double threshold) =>
        new(reference.Name, images, categories,
            [.. reference.Items.Where(d => d.Score >= threshold).Select(d => new CocoAnnotation(d.ImageId, d.CategoryId, d.Box, d.Box.Area, Crowd: false))]);

    Dictionary<long, int> Index(IEnumerable<long> ids, string list)
    {
        var index = new Dictionary<long, int>();
        foreach (var id in ids)
        {
            if (!index.TryAdd(id, index.Count)) { throw LabError.BadCocoEntry(Name, list, index.Count, $"id {id} occurs twice"); }
        }

        return index;
    }
}
