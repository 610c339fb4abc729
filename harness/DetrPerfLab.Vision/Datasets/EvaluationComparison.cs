namespace DetrPerfLab.Vision;

/// <summary>
/// How far one evaluation lies from another over the same images: AP minus the reference's, with a paired bootstrap interval over images, null where the dataset
/// holds no object; and AP of the detections with the reference's sure ones as truth, in [0, 1], null where there are none.
/// </summary>
public sealed record EvaluationComparison(Interval? ApDifference, double? DetectionAp)
{
    const double SureScore = 0.5; // below, DETR's own demonstration shows nothing either

    /// <summary>Compares.</summary>
    /// <exception cref="LabException">They were made on different datasets.</exception>
    public static EvaluationComparison Of(CocoGroundTruth truth, DatasetEvaluation reference, DatasetEvaluation candidate) => new(
        ApBootstrap.Difference(reference.Evaluation, candidate.Evaluation),
        CocoEvaluator.Evaluate(truth.FromDetections(reference.Detections, SureScore), candidate.Detections, skipUnknownCategories: true).Summary.Ap);

    /// <summary>For example <c>-0.2 [-0.9, +0.4]: undecided</c>, in points.</summary>
    public string Text => ApDifference is not { } difference ? "-"
        : $"{difference.Scale(100).ToString("+0.0;-0.0;0.0")}: {(difference.Upper < 0 ? "less" : difference.Lower > 0 ? "more" : "undecided")}";
}
