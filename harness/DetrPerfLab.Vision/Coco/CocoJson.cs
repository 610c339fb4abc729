using System.Text.Json;
using System.Text.Json.Serialization;

namespace DetrPerfLab.Vision;

/// <summary>Reads COCO's JSON from a stream, value by value; fields that nobody asks for are passed over.</summary>
static class CocoJson
{
    static readonly JsonSerializerOptions s_options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
        AllowDuplicateProperties = false,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    /// <summary>The one way in which a COCO file is refused: what is wrong, at which entry, and the form that it needs.</summary>
    /// <exception cref="LabException">Damaged JSON, or not of the form of <typeparamref name="T"/>.</exception>
    internal static T Read<T>(Stream stream, string name, string needed)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(stream, s_options) ?? throw new JsonException("the file holds null");
        }
        catch (JsonException e)
        {
            throw LabError.BadCocoFile(name, needed, e);
        }
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
