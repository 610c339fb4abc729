using System.Text.Json.Serialization;

namespace DetrPerfLab.Vision;

/// <summary>A box as COCO files write it: left and top edge, width and height (0 or more), in pixels.</summary>
[JsonConverter(typeof(CocoBoxConverter))]
readonly record struct CocoBox(double X, double Y, double Width, double Height)
{
    internal double Area => Width * Height;

    /// <summary>What is wrong with it, in words; null when nothing is.</summary>
    internal string? Problem =>
        !double.IsFinite(X) || !double.IsFinite(Y) || !double.IsFinite(Width) || !double.IsFinite(Height) ? $"bbox is [{X}, {Y}, {Width}, {Height}], needed four finite numbers"
        : Width < 0 || Height < 0 ? $"bbox has width {Width} and height {Height}, needed 0 or more" : null;

    /// <summary>Intersection over union in [0, 1]; over the detection's own area where the object is a crowd.</summary>
    /// <remarks>Source: cocodataset/cocoapi, common/maskApi.c, bbIou; the order of operations decides the last bit.</remarks>
    internal static double Iou(in CocoBox detection, in CocoBox truth, bool crowd)
    {
        var width = Math.Min(detection.Width + detection.X, truth.Width + truth.X) - Math.Max(detection.X, truth.X);
        if (width <= 0) { return 0; }
        var height = Math.Min(detection.Height + detection.Y, truth.Height + truth.Y) - Math.Max(detection.Y, truth.Y);
        if (height <= 0) { return 0; }
        var both = width * height;
        return both / (crowd ? detection.Area : detection.Area + truth.Area - both);
    }
}
