using System.Text.Json.Serialization;

namespace DetrPerfLab.Vision;

/// <summary>The 12 numbers that pycocotools prints, each in [0, 1]; null (there -1) where the dataset holds no object of that size.</summary>
public sealed record CocoSummary
{
    /// <summary>Average precision, mean over IoU 0.50:0.95: the figure that papers quote.</summary>
    [JsonPropertyName("AP")]
    public double? Ap { get; init; }

    /// <summary>Average precision at IoU 0.50.</summary>
    [JsonPropertyName("AP50")]
    public double? Ap50 { get; init; }

    /// <summary>Average precision at IoU 0.75.</summary>
    [JsonPropertyName("AP75")]
    public double? Ap75 { get; init; }

    /// <summary>Average precision of objects up to 32 x 32 pixels.</summary>
    [JsonPropertyName("APsmall")]
    public double? ApSmall { get; init; }

    /// <summary>Average precision of objects from 32 x 32 to 96 x 96 pixels.</summary>
    [JsonPropertyName("APmedium")]
    public double? ApMedium { get; init; }

    /// <summary>Average precision of objects from 96 x 96 pixels.</summary>
    [JsonPropertyName("APlarge")]
    public double? ApLarge { get; init; }

    /// <summary>Average recall with the best detection of each image and category.</summary>
    [JsonPropertyName("AR1")]
    public double? Ar1 { get; init; }

    /// <summary>Average recall with the best 10.</summary>
    [JsonPropertyName("AR10")]
    public double? Ar10 { get; init; }

    /// <summary>Average recall with the best 100.</summary>
    [JsonPropertyName("AR100")]
    public double? Ar100 { get; init; }

    /// <summary>Average recall of objects up to 32 x 32 pixels.</summary>
    [JsonPropertyName("ARsmall")]
    public double? ArSmall { get; init; }

    /// <summary>Average recall of objects from 32 x 32 to 96 x 96 pixels.</summary>
    [JsonPropertyName("ARmedium")]
    public double? ArMedium { get; init; }

    /// <summary>Average recall of objects from 96 x 96 pixels.</summary>
    [JsonPropertyName("ARlarge")]
    public double? ArLarge { get; init; }

    /// <summary>Names and values in the order in which pycocotools prints them.</summary>
    [JsonIgnore]
    public IReadOnlyList<(string Name, double? Value)> Numbers =>
    [
        ("AP", Ap), ("AP50", Ap50), ("AP75", Ap75), ("APsmall", ApSmall), ("APmedium", ApMedium), ("APlarge", ApLarge),
        ("AR1", Ar1), ("AR10", Ar10), ("AR100", Ar100), ("ARsmall", ArSmall), ("ARmedium", ArMedium), ("ARlarge", ArLarge),
    ];
}
