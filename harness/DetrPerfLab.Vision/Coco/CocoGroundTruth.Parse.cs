using System.Text.Json;

namespace DetrPerfLab.Vision;

public sealed partial class CocoGroundTruth
{
    const string NeededForm = "an object with the lists 'images', 'annotations' and 'categories' (instances.json)";

    /// <summary>Reads an <c>instances.json</c>.</summary>
    /// <exception cref="LabException">No such file, damaged JSON, an entry that cannot be used.</exception>
    public static CocoGroundTruth Load(string path)
    {
        if (!File.Exists(path)) { throw LabError.FileNotFound(path, "Name the dataset's instances.json."); }
        using var stream = File.OpenRead(path);
        return Parse(stream, Path.GetFileName(path));
    }

    /// <summary>Reads an <c>instances.json</c> from a stream, token by token; masks and other fields are passed over.</summary>
    /// <param name="stream">UTF-8 JSON.</param>
    /// <param name="name">Named in messages.</param>
    public static CocoGroundTruth Parse(Stream stream, string name)
    {
        List<CocoImage>? images = null;
        List<CocoCategory>? categories = null;
        List<CocoAnnotation>? annotations = null;
        try
        {
            var json = new JsonStream(stream);
            json.Expect(JsonTokenType.StartObject, "an object");
            while (json.Read() && json.Token.TokenType == JsonTokenType.PropertyName)
            {
                if (json.Token.ValueTextEquals("images"u8)) { ReadList(ref json, "images", ref images, ReadImage, name); }
                else if (json.Token.ValueTextEquals("categories"u8)) { ReadList(ref json, "categories", ref categories, ReadCategory, name); }
                else if (json.Token.ValueTextEquals("annotations"u8))
                {
                    var ids = new HashSet<long>();
                    ReadList(ref json, "annotations", ref annotations, (ref j) => ReadAnnotation(ref j, ids), name);
                }
                else { json.SkipValue(); }
            }

            if (json.Read()) { throw new FormatException("more follows after the object"); }
            if ((images is null ? "images" : categories is null ? "categories" : annotations is null ? "annotations" : null) is { } missing)
            {
                throw new FormatException($"there is no '{missing}'");
            }
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            throw LabError.BadCocoFile(name, NeededForm, e);
        }

        return new(name, images!, categories!, annotations!);
    }

    delegate T ReadEntry<T>(ref JsonStream json);

    static void ReadList<T>(ref JsonStream json, string list, ref List<T>? entries, ReadEntry<T> read, string name)
    {
        if (entries is not null) { throw new FormatException($"'{list}' occurs twice"); }
        json.Expect(JsonTokenType.StartArray, $"a list as '{list}'");
        entries = [];
        while (json.Read() && json.Token.TokenType != JsonTokenType.EndArray)
        {
            try
            {
                if (json.Token.TokenType != JsonTokenType.StartObject) { throw new FormatException("it is no object"); }
                entries.Add(read(ref json));
            }
            catch (FormatException e)
            {
                throw LabError.BadCocoEntry(name, list, entries.Count, e.Message);
            }
        }
    }

    static CocoImage ReadImage(ref JsonStream json)
    {
        long? id = null;
        var (file, width, height) = ("", 0L, 0L);
        while (json.Read() && json.Token.TokenType == JsonTokenType.PropertyName)
        {
            if (json.Token.ValueTextEquals("id"u8)) { id = CocoEntry.Once(id, "id", json.Integer("id")); }
            else if (json.Token.ValueTextEquals("width"u8)) { width = json.Integer("width"); }
            else if (json.Token.ValueTextEquals("height"u8)) { height = json.Integer("height"); }
            else if (json.Token.ValueTextEquals("file_name"u8)) { file = json.Text("file_name"); }
            else { json.SkipValue(); }
        }

        if (width is < 0 or > int.MaxValue || height is < 0 or > int.MaxValue) { throw new FormatException($"size {height}x{width} is no image size"); }
        if (CocoProblem.OfFileName(file) is { } problem) { throw new FormatException(problem); }
        return new(CocoEntry.Needed(id, "id"), file, new((int)height, (int)width));
    }

    static CocoCategory ReadCategory(ref JsonStream json)
    {
        int? id = null;
        var text = "";
        while (json.Read() && json.Token.TokenType == JsonTokenType.PropertyName)
        {
            if (json.Token.ValueTextEquals("id"u8)) { id = CocoEntry.Once(id, "id", CocoEntry.Int32(json.Integer("id"), "id")); }
            else if (json.Token.ValueTextEquals("name"u8)) { text = json.Text("name"); }
            else { json.SkipValue(); }
        }

        return new(CocoEntry.Needed(id, "id"), text);
    }

    static CocoAnnotation ReadAnnotation(ref JsonStream json, HashSet<long> ids)
    {
        long? id = null, image = null;
        int? category = null;
        CocoBox? box = null;
        double? area = null;
        var crowd = false;
        while (json.Read() && json.Token.TokenType == JsonTokenType.PropertyName)
        {
            if (json.Token.ValueTextEquals("id"u8)) { id = CocoEntry.Once(id, "id", json.Integer("id")); }
            else if (json.Token.ValueTextEquals("image_id"u8)) { image = CocoEntry.Once(image, "image_id", json.Integer("image_id")); }
            else if (json.Token.ValueTextEquals("category_id"u8)) { category = CocoEntry.Once(category, "category_id", CocoEntry.Int32(json.Integer("category_id"), "category_id")); }
            else if (json.Token.ValueTextEquals("bbox"u8)) { box = CocoEntry.Once(box, "bbox", CocoEntry.Box(ref json)); }
            else if (json.Token.ValueTextEquals("area"u8)) { area = CocoEntry.Once(area, "area", json.Number("area")); }
            else if (json.Token.ValueTextEquals("iscrowd"u8)) { crowd = json.Integer("iscrowd") != 0; }
            else { json.SkipValue(); }
        }

        if (id is { } given && !ids.Add(given)) { throw new FormatException($"id {given} occurs twice"); }
        var found = CocoEntry.Needed(box, "bbox");
        return new(CocoEntry.Needed(image, "image_id"), CocoEntry.Needed(category, "category_id"), found, area ?? found.Area, crowd);
    }
}
