namespace DetrPerfLab.Core;

/// <summary>What evaluating one set of detections gave.</summary>
public sealed class CocoEvaluation
{
    internal CocoEvaluation(
        CocoSummary summary, IReadOnlyList<CocoCategoryResult> categories, int skipped, IReadOnlyList<long> imageIds, IReadOnlyList<PrecisionCurve> curves) =>
        (Summary, Categories, SkippedDetections, ImageIds, Curves) = (summary, categories, skipped, imageIds, curves);

    /// <summary>The 12 numbers.</summary>
    public CocoSummary Summary { get; }

    /// <summary>One entry a category, by rising id.</summary>
    public IReadOnlyList<CocoCategoryResult> Categories { get; }

    /// <summary>Detections of categories that the dataset lacks, left out on request.</summary>
    public int SkippedDetections { get; }

    /// <summary>All images that were judged, by rising id.</summary>
    public IReadOnlyList<long> ImageIds { get; }

    /// <summary>A category each, objects of all sizes: what a bootstrap over images recomputes.</summary>
    internal IReadOnlyList<PrecisionCurve> Curves { get; }
}

/// <summary>How well one category was found.</summary>
/// <param name="Id">COCO category id.</param>
/// <param name="Name">For example <c>person</c>.</param>
/// <param name="Objects">Objects in the dataset, crowds not counted.</param>
/// <param name="Ap">Mean over IoU 0.50:0.95; null without objects.</param>
/// <param name="Ap50">At IoU 0.50; null without objects.</param>
public sealed record CocoCategoryResult(int Id, string Name, int Objects, double? Ap, double? Ap50);
