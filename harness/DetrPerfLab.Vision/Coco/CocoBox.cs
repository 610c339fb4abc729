namespace DetrPerfLab.Vision;

/// <summary>A box as COCO files write it, in pixels.</summary>
/// <param name="X">Left edge.</param>
/// <param name="Y">Top edge.</param>
/// <param name="Width">0 or more.</param>
/// <param name="Height">0 or more.</param>
public readonly record struct CocoBox(double X, double Y, double Width, double Height)
{
    /// <summary>Square pixels.</summary>
    public double Area => Width * Height;

    /// <summary>Intersection over union in [0, 1]; over the detection's own area where the object is a crowd.</summary>
    /// <remarks>Source: cocodataset/cocoapi, common/maskApi.c, bbIou; the order of operations decides the last bit.</remarks>
    public static double Iou(in CocoBox detection, in CocoBox truth, bool crowd)
    {
        var width = Math.Min(detection.Width + detection.X, truth.Width + truth.X) - Math.Max(detection.X, truth.X);
        if (width <= 0) { return 0; }
        var height = Math.Min(detection.Height + detection.Y, truth.Height + truth.Y) - Math.Max(detection.Y, truth.Y);
        if (height <= 0) { return 0; }
        var both = width * height;
        return both / (crowd ? detection.Area : detection.Area + truth.Area - both);
    }
}
