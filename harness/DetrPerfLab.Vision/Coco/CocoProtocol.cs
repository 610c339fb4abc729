namespace DetrPerfLab.Vision;

/// <summary>The constants of COCO's box evaluation.</summary>
/// <remarks>Source: cocodataset/cocoapi, PythonAPI/pycocotools/cocoeval.py, Params.setDetParams.</remarks>
static class CocoProtocol
{
    /// <summary>Detections an image and category that count, best first.</summary>
    public const int MaxDetections = 100;

    /// <summary>0.50, 0.55, … 0.95 with the rounding of <c>numpy.linspace(.5, .95, 10)</c>: an IoU of exactly 0.6 depends on it.</summary>
    public static IReadOnlyList<double> IouThresholds { get; } = Linspace(0.5, 0.95, 10);

    /// <summary>0.00, 0.01, … 1.00 with the rounding of <c>numpy.linspace</c>.</summary>
    public static IReadOnlyList<double> RecallThresholds { get; } = Linspace(0.0, 1.0, 101);

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
