namespace DetrPerfLab.Vision;

/// <summary>What evaluating one set of detections gave.</summary>
public sealed class CocoEvaluation
{
    internal CocoEvaluation(CocoSummary summary, IReadOnlyList<long> imageIds, IReadOnlyList<PrecisionCurve> curves) =>
        (Summary, ImageIds, Curves) = (summary, imageIds, curves);

    /// <summary>The 12 numbers.</summary>
    public CocoSummary Summary { get; }

    /// <summary>All images that were judged, by rising id.</summary>
    public IReadOnlyList<long> ImageIds { get; }

    /// <summary>A category each, objects of all sizes: what a bootstrap over images recomputes.</summary>
    internal IReadOnlyList<PrecisionCurve> Curves { get; }
}
