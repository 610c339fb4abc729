using System.Text.Json.Serialization;

namespace DetrPerfLab.Vision;

/// <summary>The constants of COCO's box evaluation.</summary>
/// <remarks>Source: cocodataset/cocoapi, PythonAPI/pycocotools/cocoeval.py, Params.setDetParams.</remarks>
static class CocoProtocol
{
    public const int MaxDetections = 100; // of each image and category, best first

    /// <summary>0.50, 0.55, … 0.95 with the rounding of <c>numpy.linspace(.5, .95, 10)</c>: an IoU of exactly 0.6 depends on it.</summary>
    public static IReadOnlyList<double> IouThresholds { get; } = Linspace(0.5, 0.95, 10);

    /// <summary>0.00, 0.01, … 1.00 with the rounding of <c>numpy.linspace</c>.</summary>
    public static double[] RecallThresholds { get; } = Linspace(0.0, 1.0, 101);

    /// <summary>Names and bounds (both inclusive, square pixels) of the object sizes.</summary>
    public static IReadOnlyList<(string Name, double Least, double Most)> Areas { get; } =
        [("all", 0, 1e10), ("small", 0, 32 * 32), ("medium", 32 * 32, 96 * 96), ("large", 96 * 96, 1e10)];

    static double[] Linspace(double start, double stop, int count)
    {
        var step = (stop - start) / (count - 1);
        var values = new double[count];
        for (var i = 0; i < count; i++) { values[i] = (i * step) + start; }
        values[^1] = stop;
        return values;
    }
}

/// <summary>The 12 numbers that pycocotools prints, each in [0, 1]; null (there -1) where the dataset holds no object of that size.</summary>
/// <remarks>Means over IoU 0.50:0.95 but for AP50 and AP75; AR1, AR10 and AR100 of as many best detections of each image and category.</remarks>
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
    [JsonIgnore]
    public IReadOnlyList<(string Name, double? Value)> Numbers =>
    [
        ("AP", Ap), ("AP50", Ap50), ("AP75", Ap75), ("APsmall", ApSmall), ("APmedium", ApMedium), ("APlarge", ApLarge),
        ("AR1", Ar1), ("AR10", Ar10), ("AR100", Ar100), ("ARsmall", ArSmall), ("ARmedium", ArMedium), ("ARlarge", ArLarge),
    ];
}
