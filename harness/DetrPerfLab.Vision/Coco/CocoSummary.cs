using System.Text.Json.Serialization;

namespace DetrPerfLab.Vision;

/// <summary>The 12 numbers that pycocotools prints, each in [0, 1]; null (there -1) where the dataset holds no object of that size.</summary>
/// <remarks>
/// Average precision over IoU 0.50:0.95 (the figure that papers quote), at 0.50, at 0.75, and of small (to 32 x 32 pixels), medium and large (from 96 x 96)
/// objects; average recall with the best 1, 10 and 100 detections of each image and category, and by size.
/// </remarks>
public sealed record CocoSummary(
    [property: JsonPropertyName("AP")] double? Ap,
    [property: JsonPropertyName("AP50")] double? Ap50,
    [property: JsonPropertyName("AP75")] double? Ap75,
    [property: JsonPropertyName("APsmall")] double? ApSmall,
    [property: JsonPropertyName("APmedium")] double? ApMedium,
    [property: JsonPropertyName("APlarge")] double? ApLarge,
    [property: JsonPropertyName("AR1")] double? Ar1,
    [property: JsonPropertyName("AR10")] double? Ar10,
    [property: JsonPropertyName("AR100")] double? Ar100,
    [property: JsonPropertyName("ARsmall")] double? ArSmall,
    [property: JsonPropertyName("ARmedium")] double? ArMedium,
    [property: JsonPropertyName("ARlarge")] double? ArLarge)
{
    /// <summary>Names and values in the order in which pycocotools prints them.</summary>
    [JsonIgnore]
    public IReadOnlyList<(string Name, double? Value)> Numbers =>
    [
        ("AP", Ap), ("AP50", Ap50), ("AP75", Ap75), ("APsmall", ApSmall), ("APmedium", ApMedium), ("APlarge", ApLarge),
        ("AR1", Ar1), ("AR10", Ar10), ("AR100", Ar100), ("ARsmall", ArSmall), ("ARmedium", ArMedium), ("ARlarge", ArLarge),
    ];
}
