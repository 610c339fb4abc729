using System.Text.Json;
using System.Text.Json.Serialization;

namespace DetrPerfLab.Vision;

/// <summary>One detection in COCO's terms: box in pixels of the original image; of the score only the order counts, higher is surer.</summary>
[method: JsonConstructor]
public readonly record struct CocoDetection(long ImageId, int CategoryId, double Score, [property: JsonPropertyName("bbox")] CocoBox Box);

/// <summary>Detections over a dataset, as COCO's results format holds them; the name is for messages.</summary>
public sealed class CocoDetections
{
    const string NeededForm = "a list of objects with 'image_id' and 'category_id' (whole numbers), 'bbox' [x, y, width, height] of four numbers, and 'score' (a number)";

    readonly List<CocoDetection> _items = [];

    internal CocoDetections(string name) => Name = name;

    internal string Name { get; }
    public int Count => _items.Count;

    /// <summary>What tells that detections of low score were left out, which lowers AP; null where nothing does.</summary>
    public string? ThresholdNote
    {
        get
        {
            const double Low = 0.05; // models that list all they see go far below
            if (_items.Count == 0 || _items.Min(d => d.Score) is not (>= Low and var lowest)) { return null; }
            return _items.CountBy(d => d.ImageId).Max(i => i.Value) >= CocoProtocol.MaxDetections ? null : string.Create(
                CultureInfo.InvariantCulture, $"no detection has a score below {lowest:0.###}: they look thresholded, and AP is lower than the model's. It needs all: detrlab detect --threshold 0");
        }
    }

    /// <summary>What an evaluation found, image by image.</summary>
    public static CocoDetections Of(string name, IEnumerable<JournalEntry> entries)
    {
        var detections = new CocoDetections(name);
        foreach (var detection in entries.SelectMany(e => e.Detections)) { detections.Add(detection); }
        return detections;
    }

    /// <summary>In the order added, which breaks ties of the score.</summary>
    internal IReadOnlyList<CocoDetection> Items => _items;

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

    public static CocoDetections Load(string path)
    {
        if (!File.Exists(path)) { throw LabError.FileNotFound(path, "Name a detections file in COCO's results format."); }
        using var stream = InputFile.Open(path);
        return Parse(stream, Path.GetFileName(path));
    }

    internal static CocoDetections Parse(Stream stream, string name)
    {
        var (detections, faults) = (new CocoDetections(name), new CocoFaults(name, "detections"));
        foreach (var (i, entry) in CocoJson.Read<List<CocoEntry>>(stream, name, NeededForm).Index())
        {
            var problem = entry.Lacks("image_id", entry.ImageId) ?? entry.Lacks("category_id", entry.CategoryId)
                ?? (entry.CategoryId is > int.MaxValue or < int.MinValue ? $"category_id {entry.CategoryId} is beyond 32 bits" : null)
                ?? (entry.Score is null ? "score is missing or no number" : double.IsFinite(entry.Score.Value) ? null : $"score is {entry.Score}, needed a finite number")
                ?? (entry.Box is { } box ? box.Problem : "bbox is missing or no list of four numbers");
            if (problem is null) { detections._items.Add(new(entry.ImageId!.Value, (int)entry.CategoryId!.Value, entry.Score!.Value, entry.Box!.Value)); }
            else { faults.Add(i, problem); }
        }

        faults.ThrowIfAny("Without it the numbers would be others.");
        return detections;
    }

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

/// <summary>A box as COCO files write it: left and top edge, width and height (0 or more), in pixels.</summary>
[JsonConverter(typeof(CocoBoxConverter))]
public readonly record struct CocoBox(double X, double Y, double Width, double Height)
{
    internal double Area => Width * Height;

    internal string? Problem =>
        !double.IsFinite(X) || !double.IsFinite(Y) || !double.IsFinite(Width) || !double.IsFinite(Height) ? $"bbox is [{X}, {Y}, {Width}, {Height}], needed four finite numbers"
        : Width < 0 || Height < 0 ? $"bbox has width {Width} and height {Height}, needed 0 or more" : null;

    /// <summary>Intersection over union in [0, 1]; over the detection's own area where the object is a crowd.</summary>
    /// <remarks>Source: cocodataset/cocoapi, common/maskApi.c, bbIou; the order of operations decides the last bit.</remarks>
    internal static double Iou(in CocoBox detection, in CocoBox truth, bool crowd)
    {
        var width = Math.Min(detection.Width + detection.X, truth.Width + truth.X) - Math.Max(detection.X, truth.X);
        if (width <= 0) { return 0; }
        var height = Math.Min(detection.Height + detection.Y, truth.Height + truth.Y) - Math.Max(detection.Y, truth.Y);
        if (height <= 0) { return 0; }
        var both = width * height;
        return both / (crowd ? detection.Area : detection.Area + truth.Area - both);
    }
}

/// <summary>A box is the list [x, y, width, height].</summary>
sealed class CocoBoxConverter : JsonConverter<CocoBox>
{
    public override CocoBox Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options)
    {
        Span<double> edges = stackalloc double[4];
        if (reader.TokenType != JsonTokenType.StartArray) { throw new JsonException(); }
        foreach (ref var edge in edges) { edge = reader.Read() && reader.TokenType == JsonTokenType.Number ? reader.GetDouble() : throw new JsonException(); }
        return reader.Read() && reader.TokenType == JsonTokenType.EndArray ? new(edges[0], edges[1], edges[2], edges[3]) : throw new JsonException();
    }

    public override void Write(Utf8JsonWriter writer, CocoBox box, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, (double[])[box.X, box.Y, box.Width, box.Height], options);
}
