using System.Text.Json.Serialization;

namespace DetrPerfLab.Vision;

/// <summary>What a user says of a model; null leaves it to the model's own files and its interface.</summary>
public sealed record FamilyOptions
{
    public string? Family { get; init => field = value is null ? null : ModelFamilies.Get(value).Name; }

    /// <summary>File of class names: lines, a JSON list, an id2label, or a COCO file, whose categories count in the order of their ids.</summary>
    public string? Labels { get; init; }

    /// <summary>Of the model's three channels, taken off after <see cref="Scale"/>.</summary>
    public IReadOnlyList<float>? Mean { get; init => field = Three(value, "--mean", float.IsFinite, "three finite numbers"); }

    /// <summary>Of the model's three channels, divided by after <see cref="Mean"/>.</summary>
    public IReadOnlyList<float>? Deviation { get; init => field = Three(value, "--std", v => v > 0 && float.IsFinite(v), "three numbers above 0"); }

    /// <summary>What a value of 0 to 255 is multiplied by first.</summary>
    public double? Scale { get; init => field = value is null or (> 0 and <= 1000) ? value : throw LabError.OutOfRange(value, "above 0", "--scale"); }

    /// <summary>The very size that pictures are brought to; a size that the model fixes wins.</summary>
    public ImageSize? InputSize { get; init; }

    public ResampleKernel? Kernel { get; init; }

    /// <summary>Whether the model takes blue first.</summary>
    public bool? Bgr { get; init; }

    [JsonIgnore]
    internal bool SayPicture => Mean is not null || Deviation is not null || Scale is not null || Bgr is not null;

    static IReadOnlyList<float>? Three(IReadOnlyList<float>? values, string option, Func<float, bool> holds, string needed) =>
        values is null || (values.Count == 3 && values.All(holds)) ? values : throw LabError.OutOfRange(string.Join(',', values), needed, option);
}
