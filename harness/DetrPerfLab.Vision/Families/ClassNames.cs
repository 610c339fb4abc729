using System.Text;
using System.Text.Json;

namespace DetrPerfLab.Vision;

/// <summary>Reads files of class names, and tells which names mean the same.</summary>
static class ClassNames
{
    const long MaxBytes = 16 << 20;
    const int MaxClasses = 1_000_000;

    /// <summary>Names that publishers of COCO models use beside COCO's own (darknet's, with which RT-DETR is published).</summary>
    static readonly Dictionary<string, string> s_synonyms = new(StringComparer.Ordinal)
    {
        ["aeroplane"] = "airplane",
        ["motorbike"] = "motorcycle",
        ["sofa"] = "couch",
        ["tvmonitor"] = "tv",
        ["hairdryer"] = "hairdrier",
    };

    /// <summary>What names are compared by: no case, no blanks, dashes and underscores; in any script.</summary>
    internal static string Key(string name)
    {
        var key = string.Concat(name.Normalize(NormalizationForm.FormKC).ToLowerInvariant().Where(c => !char.IsWhiteSpace(c) && c is not ('_' or '-')));
        return s_synonyms.GetValueOrDefault(key, key);
    }

    /// <summary>Label to name, of a file of lines, a JSON list, an id2label, or a COCO file, whose categories count in the order of their ids, or as their ids where the model has room for those alone.</summary>
    /// <param name="classes">How many the model has; null where it does not say.</param>
    internal static IReadOnlyDictionary<int, string> Read(string path, int? classes)
    {
        if (!File.Exists(path)) { throw LabError.FileNotFound(path, "Needed: a file of class names, one a line, or as JSON."); }
        using var stream = File.OpenRead(path);
        var bytes = new byte[Math.Min(stream.Length, MaxBytes + 1)];
        stream.ReadExactly(bytes);
        if (bytes.Length > MaxBytes) { throw LabError.BadInput($"'{path}' is larger than {MaxBytes / (1 << 20)} MiB, needed a file of class names. Name another with --labels."); }
        string text;
        try { text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes).TrimStart('\uFEFF'); }
        catch (ArgumentException) { throw LabError.BadInput($"'{path}' is no text in UTF-8, needed a file of class names, one a line, or as JSON. Save it as UTF-8."); }
        var names = text.TrimStart() is ['{' or '[', ..] ? OfJson(path, text, classes) : OfLines(text);
        if (names.Count == 0) { throw LabError.BadInput($"'{path}' holds no class names, needed one a line, or as JSON. Name another file with --labels."); }
        return classes is not { } needed || names.Keys.Max() < needed && (names.Count == needed || names.Count < needed && text.TrimStart()[0] == '{') ? names : throw LabError.BadInput(
            $"'{path}' names {names.Count} classes (labels {names.Keys.Min()} to {names.Keys.Max()}), the model has {needed}. Name the file that belongs to the model with --labels.");
    }

    static Dictionary<int, string> OfLines(string text)
    {
        var lines = text.ReplaceLineEndings("\n").TrimEnd('\n', ' ').Split('\n');
        return text.Trim().Length == 0 ? [] : lines.Take(MaxClasses).Index().ToDictionary(l => l.Index, l => l.Item.Trim());
    }

    static IReadOnlyDictionary<int, string> OfJson(string path, string text, int? classes)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Array) { return root.EnumerateArray().Take(MaxClasses).Index().ToDictionary(n => n.Index, n => n.Item.GetString() ?? ""); }
            if (root.TryGetProperty("categories", out var categories)) { return OfCategories(categories, classes); }
            return OfId2Label(root.TryGetProperty("id2label", out var inner) ? inner : root);
        }
        catch (JsonException e) { throw Refused(LabJson.ProblemOf(e)); }
        catch (Exception e) when (e is InvalidOperationException or FormatException or KeyNotFoundException or ArgumentException or OverflowException)
        {
            throw Refused("other values than expected");
        }

        LabException Refused(string found) => LabError.BadInput(
            $"'{path}' holds no class names: {found}. Needed: a JSON list of names, an id2label ({{\"0\": \"person\"}}) or a COCO file with categories. Name another file with --labels.");
    }

    /// <summary>Hugging Face's <c>id2label</c>: label as text to name.</summary>
    internal static IReadOnlyDictionary<int, string> OfId2Label(JsonElement map) => map.EnumerateObject().Take(MaxClasses).ToDictionary(
        p => int.Parse(p.Name, NumberStyles.None, CultureInfo.InvariantCulture) is >= 0 and < MaxClasses and var label ? label : throw new FormatException(),
        p => p.Value.GetString() ?? "");

    static Dictionary<int, string> OfCategories(JsonElement categories, int? classes)
    {
        var all = categories.EnumerateArray().Take(MaxClasses).Select(c => (Id: (int)c.GetProperty("id").GetDouble(), Name: c.GetProperty("name").GetString() ?? "")).OrderBy(c => c.Id).ToList();
        var byId = classes is { } room && room != all.Count && all.Count > 0 && all[0].Id >= 0 && all[^1].Id < room;
        return byId ? all.ToDictionary(c => c.Id, c => c.Name) : all.Index().ToDictionary(c => c.Index, c => c.Item.Name);
    }
}
