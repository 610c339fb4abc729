using System.Text.Json;

namespace DetrPerfLab.Vision;

/// <summary>One detection in COCO's terms.</summary>
/// <param name="ImageId">COCO image id.</param>
/// <param name="CategoryId">COCO category id.</param>
/// <param name="Score">Higher is surer; only the order counts.</param>
/// <param name="Box">In pixels of the original image.</param>
public readonly record struct CocoDetection(long ImageId, int CategoryId, double Score, CocoBox Box);

/// <summary>Detections over a dataset, as COCO's results format holds them.</summary>
/// <param name="name">Named in messages.</param>
public sealed class CocoDetections(string name)
{
    const string NeededForm = "a list of objects with 'image_id', 'category_id', 'bbox' [x, y, width, height] and 'score'";

    readonly List<CocoDetection> _items = [];

    /// <summary>Where they came from, for messages.</summary>
    public string Name => name;

    /// <summary>In the order added, which breaks ties of the score.</summary>
    public IReadOnlyList<CocoDetection> Items => _items;

    /// <summary>Adds one.</summary>
    /// <exception cref="LabException">The score or a coordinate is not finite, or a width or height is negative.</exception>
    public void Add(in CocoDetection detection)
    {
        var problem = CocoProblem.OfBox(detection.Box) ?? (double.IsFinite(detection.Score) ? null : $"score is {detection.Score}, needed a finite number");
        if (problem is not null) { throw LabError.BadCocoEntry(name, "detections", _items.Count, problem); }
        _items.Add(detection);
    }

    /// <summary>Adds what a model found in one image; corners in the wrong order make an empty box.</summary>
    /// <param name="imageId">COCO image id.</param>
    /// <param name="categoryId">COCO category of <see cref="Detection.Label"/>.</param>
    /// <param name="detection">Corners in pixels of the original image.</param>
    public void Add(long imageId, int categoryId, in Detection detection) =>
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

    /// <summary>Reads results from a stream, token by token; other fields are passed over.</summary>
    /// <param name="stream">UTF-8 JSON.</param>
    /// <param name="name">Named in messages.</param>
    public static CocoDetections Parse(Stream stream, string name)
    {
        var detections = new CocoDetections(name);
        try
        {
            var json = new JsonStream(stream);
            json.Expect(JsonTokenType.StartArray, "a list");
            while (json.Read() && json.Token.TokenType != JsonTokenType.EndArray)
            {
                try
                {
                    if (json.Token.TokenType != JsonTokenType.StartObject) { throw new FormatException("it is no object"); }
                    detections.Add(ReadOne(ref json));
                }
                catch (FormatException e)
                {
                    throw LabError.BadCocoEntry(name, "detections", detections.Items.Count, e.Message);
                }
            }

            if (json.Read()) { throw new FormatException("more follows after the list"); }
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            throw LabError.BadCocoFile(name, NeededForm, e);
        }

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

    static CocoDetection ReadOne(ref JsonStream json)
    {
        long? image = null;
        int? category = null;
        double? score = null;
        CocoBox? box = null;
        while (json.Read() && json.Token.TokenType == JsonTokenType.PropertyName)
        {
            if (json.Token.ValueTextEquals("image_id"u8)) { image = CocoEntry.Once(image, "image_id", json.Integer("image_id")); }
            else if (json.Token.ValueTextEquals("category_id"u8)) { category = CocoEntry.Once(category, "category_id", CocoEntry.Int32(json.Integer("category_id"), "category_id")); }
            else if (json.Token.ValueTextEquals("bbox"u8)) { box = CocoEntry.Once(box, "bbox", CocoEntry.Box(ref json)); }
            else if (json.Token.ValueTextEquals("score"u8)) { score = CocoEntry.Once(score, "score", json.Number("score")); }
            else { json.SkipValue(); }
        }

        return new(
            CocoEntry.Needed(image, "image_id"), CocoEntry.Needed(category, "category_id"), CocoEntry.Needed(score, "score"), CocoEntry.Needed(box, "bbox"));
    }
}
