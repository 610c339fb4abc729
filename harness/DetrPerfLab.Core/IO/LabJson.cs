using System.Text.Json;
using System.Text.Json.Serialization;

namespace DetrPerfLab.Core;

/// <summary>How the lab writes JSON: camelCase, indented, nulls left out, enums by name, NaN refused.</summary>
public static class LabJson
{
    /// <summary>Shared options; reading also takes comments and trailing commas, since people edit these files.</summary>
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        RespectNullableAnnotations = true, // a null where a record promises a value is damage, found while reading
        NewLine = "\n",
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static JsonSerializerOptions OneLine { get; } = new(Options) { WriteIndented = false };

    public static void Write<T>(string path, T value) => AtomicFile.WriteText(path, JsonSerializer.Serialize(value, Options) + "\n");
}
