using System.Text.Json.Serialization;

namespace DetrPerfLab.Vision;

/// <summary>One detection in COCO's terms: box in pixels of the original image; of the score only the order counts, higher is surer.</summary>
[method: JsonConstructor]
readonly record struct CocoDetection(long ImageId, int CategoryId, double Score, [property: JsonPropertyName("bbox")] CocoBox Box);

/// <summary>Detections over a dataset, as COCO's results format holds them; the name is for messages.</summary>
public sealed class CocoDetections
{
    const string NeededForm = "a list of objects with 'image_id' and 'category_id' (whole numbers), 'bbox' [x, y, width, height] of four numbers, and 'score' (a number)";

    readonly List<CocoDetection> _items = [];

    internal CocoDetections(string name) => Name = name;

    internal string Name { get; }

    /// <summary>How many.</summary>
    public int Count => _items.Count;

    /// <summary>In the order added, which breaks ties of the score.</summary>
    internal IReadOnlyList<CocoDetection> Items => _items;

    /// <exception cref="LabException">The score or a coordinate is not finite, or a width or height is negative.</exception>
    internal void Add(in CocoDetection detection)
    {
        var problem = detection.Box.Problem ?? (double.IsFinite(detection.Score) ? null : $"score is {detection.Score}, needed a finite number");
        if (problem is not null) { throw LabError.BadCocoEntry(Name, "detections", _items.Count, problem); }
        _items.Add(detection);
    }

    /// <summary>Adds what a model found in one image, its corners in pixels of the original; corners in the wrong order make an empty box.</summary>
    internal void Add(long imageId, int categoryId, in Detection detection) =>
        Add(new(imageId, categoryId, detection.Score, new(
            detection.X1, detection.Y1, Math.Max(0, detection.X2 - (double)detection.X1), Math.Max(0, detection.Y2 - (double)detection.Y1))));

    /// <summary>Reads a results file.</summary>
    /// <exception cref="LabException">No such file, damaged JSON, an entry that cannot be used.</exception>
    public static CocoDetections Load(string path)
    {
        if (!File.Exists(path)) { throw LabError.FileNotFound(path, "Name a detections file in COCO's results format."); }
        using var stream = File.OpenRead(path);
        return Parse(stream, Path.GetFileName(path));
    }

    internal static CocoDetections Parse(Stream stream, string name)
    {
        var detections = new CocoDetections(name);
        foreach (var detection in CocoJson.Read<List<CocoDetection>>(stream, name, NeededForm)) { detections.Add(detection); }
        return detections;
    }

    /// <summary>Writes COCO's results format, one detection a line.</summary>
    public void Save(string path) => AtomicFile.Write(path, stream =>
    {
        using var writer = new StreamWriter(stream, leaveOpen: true) { NewLine = "\n" };
        writer.Write('[');
        for (var i = 0; i < _items.Count; i++)
        {
            var (imageId, categoryId, score, box) = _items[i];
            writer.WriteLine(i == 0 ? "" : ",");
            writer.Write(FormattableString.Invariant(
                $$"""{"image_id":{{imageId}},"category_id":{{categoryId}},"bbox":[{{box.X}},{{box.Y}},{{box.Width}},{{box.Height}}],"score":{{score}}}"""));
        }

        writer.WriteLine();
        writer.WriteLine(']');
    });
}
