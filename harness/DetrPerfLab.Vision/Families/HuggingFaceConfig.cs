using System.Text.Json;

namespace DetrPerfLab.Vision;

/// <summary>What <c>config.json</c> and <c>preprocessor_config.json</c> say of the model that they lie beside, or one folder above where the model lies in <c>onnx/</c>.</summary>
/// <remarks>Source: huggingface/transformers, configuration_utils.py (architectures, id2label), image_processing_base.py and the image processors of each model (the keys); timm's own config.json is read too.</remarks>
sealed class HuggingFaceConfig
{
    const long MaxBytes = 16 << 20;

    static readonly string[] s_softmax = ["Detr", "Yolos", "TableTransformer"];
    static readonly string[] s_sigmoid = ["ConditionalDetr", "DeformableDetr", "DabDetr", "RTDetr", "RTDetrV2", "DFine", "Deta", "RfDetr"];

    readonly JsonElement _config, _preprocessor;

    HuggingFaceConfig(string source, JsonElement config, JsonElement preprocessor) => (Source, _config, _preprocessor) = (source, config, preprocessor);

    /// <summary>The files, for messages.</summary>
    internal string Source { get; }

    /// <summary>Null where no architecture is named, or one that is no family's.</summary>
    internal ModelFamily? Family => Strings(_config, "architectures").Concat(Text(_config, "architecture") is { } timm ? [timm] : []).Select(OfArchitecture).FirstOrDefault(f => f is not null);

    internal IReadOnlyDictionary<int, string>? Names
    {
        get
        {
            if (Child(_config, "id2label") is { ValueKind: JsonValueKind.Object } map) { return Read(Source, () => ClassNames.OfId2Label(map)); }
            return Strings(_config, "label_names") is { Length: > 0 } names ? names.Index().ToDictionary(n => n.Index, n => n.Item) : null;
        }
    }

    internal static HuggingFaceConfig? Beside(string? model)
    {
        if (model is null || Path.GetDirectoryName(Path.GetFullPath(model)) is not { } folder) { return null; }
        var folders = Path.GetFileName(folder) == "onnx" && Path.GetDirectoryName(folder) is { } above ? new[] { folder, above } : [folder];
        var files = folders.SelectMany(f => new[] { "config.json", "preprocessor_config.json" }.Select(name => Path.Combine(f, name))).Where(File.Exists).ToList();
        string? First(string name) => files.FirstOrDefault(f => Path.GetFileName(f) == name);
        return files.Count == 0 ? null : new(string.Join(" and ", new[] { First("config.json"), First("preprocessor_config.json") }.OfType<string>()), Load(First("config.json")), Load(First("preprocessor_config.json")));
    }

    /// <summary>What pictures become; what the files leave out is as in <paramref name="custom"/>. Null where they say nothing of pictures.</summary>
    internal PreprocessOptions? Picture(PreprocessOptions custom) =>
        _preprocessor.ValueKind == JsonValueKind.Object ? Read(Source, () => Picture(_preprocessor, custom))
        : Child(_config, "pretrained_cfg") is { ValueKind: JsonValueKind.Object } timm ? Read(Source, () => OfTimm(timm, custom))
        : null;

    internal static PreprocessOptions Picture(string json, string source, PreprocessOptions custom) => Read(source, () => Picture(Parse(json), custom));

    internal static IReadOnlyDictionary<int, string> NamesOf(string json, string source) => Read(source, () => ClassNames.OfId2Label(Parse(json)));

    /// <summary>The same in the keys of <c>preprocessor_config.json</c>.</summary>
    internal static string Write(PreprocessOptions picture)
    {
        var keys = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["do_resize"] = true,
            ["resample"] = (int)picture.Kernel,
            ["do_rescale"] = true,
            ["rescale_factor"] = picture.Normalization.Scale,
            ["do_normalize"] = true,
            ["image_mean"] = picture.Normalization.Mean,
            ["image_std"] = picture.Normalization.Deviation,
            ["do_flip_channel_order"] = picture.Bgr,
            ["size"] = picture.Resize.ToKeys(),
        };
        if (picture.Resize.Crop is { } crop) { (keys["do_center_crop"], keys["crop_size"]) = (true, new Dictionary<string, int> { ["height"] = crop.Height, ["width"] = crop.Width }); }
        if (picture.Resize.Multiple > 1) { keys["size_divisor"] = picture.Resize.Multiple; }
        return JsonSerializer.Serialize(keys, LabJson.OneLine);
    }

    static ModelFamily? OfArchitecture(string name)
    {
        bool Is(string[] known) => known.Any(k => name == k + "ForObjectDetection" || name == k + "ForSegmentation");
        return Is(s_softmax) ? ModelFamilies.Detr
            : Is(s_sigmoid) ? ModelFamilies.SigmoidDetr
            : name.EndsWith("ForImageClassification", StringComparison.Ordinal) || (name.Length > 0 && char.IsAsciiLetterLower(name[0])) ? ModelFamilies.Classifier // timm names its classifiers in lower case
            : null;
    }

    static PreprocessOptions Picture(JsonElement file, PreprocessOptions custom)
    {
        var before = custom.Normalization;
        var normalizes = Flag(file, "do_normalize") ?? (Child(file, "image_mean") is not null || before.Mean.Any(m => m != 0));
        float[] zeros = [0, 0, 0], ones = [1, 1, 1];
        var scale = Flag(file, "do_rescale") == false ? 1 : Number(file, "rescale_factor") ?? Normalization.UnitScale;
        return custom with
        {
            Resize = Flag(file, "do_resize") == false ? custom.Resize : SizeOf(file, custom.Resize),
            Kernel = Number(file, "resample") is { } number and >= 0 and <= 5 ? (ResampleKernel)(int)number : custom.Kernel,
            Normalization = normalizes
                ? new(Three(file, "image_mean") ?? [.. before.Mean], Three(file, "image_std") ?? [.. before.Deviation], scale)
                : new(zeros, ones, scale),
            Bgr = Flag(file, "do_flip_channel_order") ?? false,
        };
    }

    static ResizeRule SizeOf(JsonElement file, ResizeRule custom)
    {
        var (size, longest) = (Child(file, "size"), Number(file, "max_size"));
        var type = Text(file, "image_processor_type") ?? Text(file, "feature_extractor_type") ?? "";
        var rule = size is not { } given ? custom
            : given.ValueKind == JsonValueKind.Number ? (custom.Crop is null && custom == ResizeRule.Detr ? ResizeRule.ShorterSide((int)given.GetDouble(), (int)(longest ?? 1333)) : OfSide((int)given.GetDouble()))
            : Number(given, "shortest_edge") is { } shortest ? ShorterSide((int)shortest, (int)(Number(given, "longest_edge") ?? longest ?? 0))
            : Number(given, "height") is { } height && Number(given, "width") is { } width ? ResizeRule.Exact(new((int)height, (int)width))
            : Number(given, "max_height") is { } most && Number(given, "max_width") is { } wide ? ResizeRule.Fit(new((int)most, (int)wide))
            : custom;
        if (type.StartsWith("Yolos", StringComparison.Ordinal)) { rule = rule with { Multiple = 16 }; }
        if (Number(file, "size_divisor") is { } divisor and > 1) { rule = rule with { Multiple = (int)divisor }; }
        var crops = Flag(file, "do_center_crop") ?? false;
        return crops && Crop(file) is { } crop ? rule with { Crop = crop } : rule;

        // Without a longest side there is no limit. A crop_pct is ConvNeXt's way to say that the middle is cut out of a larger picture.
        ResizeRule ShorterSide(int shortest, int most)
        {
            if (Number(file, "crop_pct") is { } share and > 0 and <= 1)
            {
                return shortest >= 384 ? ResizeRule.Exact(new(shortest, shortest))
                    : ResizeRule.ShorterSide((int)(shortest / share), ResizeRule.LongestSide) with { Crop = new(shortest, shortest) };
            }

            return ResizeRule.ShorterSide(shortest, most == 0 ? ResizeRule.LongestSide : Math.Max(shortest, most));
        }

        // Older files of classifiers: a number is a square, or with a crop the shorter side.
        ResizeRule OfSide(int side) => Number(file, "crop_pct") is not null ? ShorterSide(side, 0)
            : Flag(file, "do_center_crop") == true ? ResizeRule.ShorterSide(side, ResizeRule.LongestSide) : ResizeRule.Exact(new(side, side));
    }

    static ImageSize? Crop(JsonElement file) => Child(file, "crop_size") switch
    {
        { ValueKind: JsonValueKind.Number } side => new((int)side.GetDouble(), (int)side.GetDouble()),
        { ValueKind: JsonValueKind.Object } size when Number(size, "height") is { } height && Number(size, "width") is { } width => new((int)height, (int)width),
        _ => null,
    };

    static PreprocessOptions OfTimm(JsonElement file, PreprocessOptions custom)
    {
        var side = Child(file, "input_size") is { ValueKind: JsonValueKind.Array } shape && shape.GetArrayLength() == 3 ? (int)shape[2].GetDouble() : 224;
        var share = Number(file, "crop_pct") is { } given and > 0 and <= 1 ? given : 0.875;
        return custom with
        {
            Resize = ResizeRule.ShorterSide((int)Math.Floor(side / share), ResizeRule.LongestSide) with { Crop = new(side, side) },
            Kernel = Enum.TryParse<ResampleKernel>(Text(file, "interpolation"), ignoreCase: true, out var kernel) ? kernel : ResampleKernel.Bicubic,
            Normalization = new(Three(file, "mean") ?? [.. Normalization.ImageNet.Mean], Three(file, "std") ?? [.. Normalization.ImageNet.Deviation]),
        };
    }

    static JsonElement Load(string? path)
    {
        if (path is null) { return default; }
        if (new FileInfo(path).Length > MaxBytes) { throw LabError.BadInput($"'{path}' is larger than {MaxBytes / (1 << 20)} MiB, needed what Hugging Face lays beside a model. Take it away, or put the right file there."); }
        return Read($"'{path}'", () => Parse(File.ReadAllText(path)));
    }

    static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json, new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
        return document.RootElement.Clone();
    }

    static T Read<T>(string source, Func<T> read)
    {
        try { return read(); }
        catch (JsonException e) { throw Refused(LabJson.ProblemOf(e)); }
        catch (Exception e) when (e is InvalidOperationException or FormatException or ArgumentException or OverflowException) { throw Refused("a value of another kind or size than it should have"); }

        LabException Refused(string found) => LabError.BadInput($"{source} cannot be used: {found}. Needed: the files as the model's publisher wrote them; put them right, take them away, or say all with options (detrlab detect --help).");
    }

    static JsonElement? Child(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var child) && child.ValueKind != JsonValueKind.Null ? child : null;

    static string? Text(JsonElement element, string name) => Child(element, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    static string[] Strings(JsonElement element, string name) =>
        Child(element, name) is { ValueKind: JsonValueKind.Array } list ? [.. list.EnumerateArray().Where(s => s.ValueKind == JsonValueKind.String).Select(s => s.GetString()!)] : [];

    static double? Number(JsonElement element, string name) => Child(element, name) is { ValueKind: JsonValueKind.Number } number ? number.GetDouble() : null;

    static bool? Flag(JsonElement element, string name) => Child(element, name)?.ValueKind switch { JsonValueKind.True => true, JsonValueKind.False => false, _ => null };

    static float[]? Three(JsonElement element, string name) =>
        Child(element, name) is { ValueKind: JsonValueKind.Array } list && list.GetArrayLength() == 3 ? [.. list.EnumerateArray().Select(v => (float)v.GetDouble())] : null;
}
