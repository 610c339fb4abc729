using System.Text.Json;

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
