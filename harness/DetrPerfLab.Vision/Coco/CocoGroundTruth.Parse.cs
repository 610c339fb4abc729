namespace DetrPerfLab.Vision;

public sealed partial class CocoGroundTruth
{
    const string NeededForm = "an object with the lists 'images', 'annotations' and 'categories' (instances.json): every 'id', 'image_id' and 'category_id' a whole number, "
        + "every 'bbox' [x, y, width, height] of four numbers";

    /// <summary>Reads an <c>instances.json</c>.</summary>
    /// <exception cref="LabException">No such file, damaged JSON, an entry that cannot be used.</exception>
    public static CocoGroundTruth Load(string path)
    {
        if (!File.Exists(path)) { throw LabError.FileNotFound(path, "Name the dataset's instances.json."); }
        using var stream = File.OpenRead(path);
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

    sealed record Instances(List<Image> Images, List<CocoCategory> Categories, List<Annotation> Annotations);

    sealed record Image(long Id, string FileName = "", int Width = 0, int Height = 0)
    {
        internal string? Problem =>
            Width < 0 || Height < 0 ? $"size {Height}x{Width} is no image size"
            : Path.IsPathRooted(FileName) || FileName.Contains(':') || FileName.Split('/', '\\').Contains("..") ? $"file_name '{FileName}' leads out of the image folder"
            : null;
    }

    sealed record Annotation
    {
        internal const long NoId = long.MinValue; // what is not there, where null would let null in

        public long Id { get; init; } = NoId;

        public required long ImageId { get; init; }

        public required int CategoryId { get; init; }

        public required CocoBox Bbox { get; init; }

        public double Area { get; init; } = double.NaN;

        public long Iscrowd { get; init; }

        internal CocoAnnotation Object => new(ImageId, CategoryId, Bbox, double.IsNaN(Area) ? Bbox.Area : Area, Iscrowd != 0);
    }
}
