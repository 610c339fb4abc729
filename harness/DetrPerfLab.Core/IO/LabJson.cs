using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace DetrPerfLab.Core;

/// <summary>How the lab writes JSON: camelCase, indented, nulls left out, enums by name, NaN refused.</summary>
public static partial class LabJson
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

    /// <summary>For files that others write, as Python does: snake_case names, and nothing missing, null or twice where a record promises a value.</summary>
    public static JsonSerializerOptions Foreign { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
        AllowDuplicateProperties = false,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    public static JsonSerializerOptions OneLine { get; } = new(Options) { WriteIndented = false };

    public static void Write<T>(string path, T value) => AtomicFile.WriteText(path, JsonSerializer.Serialize(value, Options) + "\n");

    /// <summary>What is wrong with a file, and where, in words of its own: the framework's messages name our types, which tell a reader of the file nothing.</summary>
    public static string ProblemOf(JsonException mistake)
    {
        var (found, at) = (mistake.Message.TrimEnd('.'), Place().Match(mistake.Message));
        found = Missing().Match(found) is { Success: true } missing ? $"missing {missing.Groups[1].Value}"
            : NoNumber().IsMatch(found) ? "NaN or Infinity, which JSON has no number for,"
            : OtherKind().IsMatch(found) ? "a value of another kind"
            : OurTypes().Replace(Place().Replace(found, ""), "").TrimEnd('.', ' ');
        return at.Success || mistake.Path is not null
            ? string.Create(CultureInfo.InvariantCulture, $"{found} at {mistake.Path ?? "$"}, line {(mistake.LineNumber ?? 0) + 1}, byte {mistake.BytePositionInLine ?? 0}") : found;
    }

    [GeneratedRegex("^'[NI]' is an? invalid|^'I' is invalid within a number")]
    private static partial Regex NoNumber();

    [GeneratedRegex(@" ?(Path: .*? \| )?LineNumber: \d+ \| BytePositionInLine: \d+\.?")]
    private static partial Regex Place();

    [GeneratedRegex(" encountered during deserialization of type '[^']*'| (of|for) type '[^']*'")]
    private static partial Regex OurTypes();

    [GeneratedRegex("missing required properties including: (.*)$")]
    private static partial Regex Missing();

    [GeneratedRegex("could not be converted to|(property|element|parameter|constructor parameter) .*(null|nullable)|Each parameter in|was not possible|Exception of type")]
    private static partial Regex OtherKind();
}
