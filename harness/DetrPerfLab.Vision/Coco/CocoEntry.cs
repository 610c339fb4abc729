using System.Text.Json;
using System.Text.Json.Serialization;

namespace DetrPerfLab.Vision;

/// <summary>One entry of any list of a COCO file, as converters really write them: whole numbers as 139.0, truth values for 0 and 1, null or any other form where a field is not needed.</summary>
/// <remarks>What a field holds that it cannot hold is left out; whoever needs the field says so. So one bad entry does not end the reading of a file in which it does not count.</remarks>
[JsonConverter(typeof(CocoEntryConverter))]
struct CocoEntry
{
    internal long? Id, ImageId, CategoryId, Width, Height;
    internal double? Area, Score;
    internal CocoBox? Box;
    internal bool? Crowd; // null where neither a truth value nor a number is there, though something is
    internal string? Name, FileName;
    internal string? Damage; // what makes it no entry at all

    internal readonly string? Lacks(string field, long? value) => Damage ?? (value is null ? $"{field} is missing or no whole number" : null);
}

/// <summary>Reads an entry field by field; the serializer has all of it in memory by then.</summary>
sealed class CocoEntryConverter : JsonConverter<CocoEntry>
{
    public override bool HandleNull => true;

    public override CocoEntry Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options)
    {
        var entry = new CocoEntry { Crowd = false };
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            var found = reader.TokenType;
            Pass(ref reader);
            entry.Damage = found == JsonTokenType.Null ? "it is null" : "it is no object";
            return entry;
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = Text(ref reader) ?? "";
            if (!seen.Add(field)) { entry.Damage = $"it has '{field}' twice"; }
            reader.Read();
            Take(ref entry, field, ref reader);
        }

        return entry;
    }

    public override void Write(Utf8JsonWriter writer, CocoEntry value, JsonSerializerOptions options) => throw new NotSupportedException();

    static void Take(ref CocoEntry entry, string field, ref Utf8JsonReader reader)
    {
        switch (field)
        {
            case "id": entry.Id = Whole(ref reader); break;
            case "image_id": entry.ImageId = Whole(ref reader); break;
            case "category_id": entry.CategoryId = Whole(ref reader); break;
            case "width": entry.Width = Whole(ref reader); break;
            case "height": entry.Height = Whole(ref reader); break;
            case "area": entry.Area = Number(ref reader); break;
            case "score": entry.Score = Number(ref reader); break;
            case "bbox": entry.Box = Box(ref reader); break;
            case "name": entry.Name = Text(ref reader); break;
            case "file_name": entry.FileName = Text(ref reader); break;
            case "iscrowd":
                entry.Crowd = reader.TokenType switch
                {
                    JsonTokenType.True => true,
                    JsonTokenType.False or JsonTokenType.Null => false,
                    JsonTokenType.Number => reader.GetDouble() != 0,
                    _ => null,
                };
                Pass(ref reader);
                break;
            default: Pass(ref reader); break;
        }
    }

    // Skip itself refuses a buffer that ends behind the entry.
    static void Pass(ref Utf8JsonReader reader)
    {
        if (!reader.TrySkip()) { throw new JsonException(); }
    }

    static long? Whole(ref Utf8JsonReader reader)
    {
        const double Exact = 9007199254740992; // 2^53: beyond it a double no longer tells whole numbers apart
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var whole)) { return whole; }
        return Number(ref reader) is { } number && Math.Abs(number) <= Exact && Math.Floor(number) == number ? (long)number : null;
    }

    static double? Number(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Number) { return reader.GetDouble(); }
        Pass(ref reader);
        return null;
    }

    static string? Text(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName)
        {
            try { return reader.GetString(); }
            catch (InvalidOperationException) { return null; } // half a character
        }

        if (reader.TokenType == JsonTokenType.Number) { return reader.GetDouble().ToString(CultureInfo.InvariantCulture); }
        Pass(ref reader);
        return null;
    }

    static CocoBox? Box(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            Pass(ref reader);
            return null;
        }

        Span<double> edges = stackalloc double[4];
        var (count, numbers) = (0, true);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.Number && count < 4) { edges[count] = reader.GetDouble(); }
            else
            {
                numbers = false;
                Pass(ref reader);
            }

            count++;
        }

        return numbers && count == 4 ? new(edges[0], edges[1], edges[2], edges[3]) : null;
    }
}

/// <summary>Bad entries of one list, as they are found: the first is named, the others are counted.</summary>
sealed class CocoFaults(string file, string list)
{
    readonly List<string> _faults = [];

    internal void Add(long index, string problem) => _faults.Add($"entry {index} of {list}: {problem}");

    internal string? Text => _faults.Count == 0 ? null : _faults[0] + (_faults.Count > 1 ? $", and {_faults.Count - 1} more" : "");

    /// <exception cref="LabException">There are some.</exception>
    internal void ThrowIfAny(string why)
    {
        if (Text is { } text) { throw LabError.BadInput($"'{file}': {text}. {why} Mend or remove {(_faults.Count == 1 ? "the entry" : "these entries")}."); }
    }
}
