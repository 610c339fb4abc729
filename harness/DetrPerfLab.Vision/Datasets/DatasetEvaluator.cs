namespace DetrPerfLab.Vision;

/// <summary>
/// How well a model found the objects of a dataset, with all detections (no threshold), the mean time per image, how many detections were left out because
/// their label stands for no category, and the shorter side in pixels that images were brought to.
/// </summary>
public sealed record DatasetEvaluation(CocoEvaluation Evaluation, CocoDetections Detections, StageTimes Mean, int LabelsWithoutCategory, int Side);

/// <summary>What one image (a COCO image id) gave: detections, best first, and how many were left out because their label stands for no category.</summary>
public sealed record JournalEntry(long Image, StageTimes Times, int Unknown, IReadOnlyList<CocoDetection> Detections);

/// <summary>Runs a model over a labelled dataset and judges it by COCO's rules.</summary>
public static class DatasetEvaluator
{
    /// <summary>
    /// Runs and judges. All detections count, whatever threshold the options hold: average precision ranks them by score.
    /// Progress is told as (done, of all); images of the journal are not run again, the others are added to it.
    /// One image that cannot be used ends all: a figure over the rest would be another figure.
    /// </summary>
    public static DatasetEvaluation Evaluate(
        IInferenceEngine engine, CocoDataset dataset, DetectorOptions options, Action<long, long>? progress = null, CancellationToken cancellation = default,
        Journal<JournalEntry>? journal = null)
    {
        var pipeline = new DetectorPipeline(engine, options with { Postprocess = options.Postprocess with { Threshold = 0 } });
        var detections = new CocoDetections(engine.Info.Variant);
        var (sum, unknown, done) = (default(StageTimes), 0, 0);
        var earlier = journal?.Entries.DistinctBy(e => e.Image).ToDictionary(e => e.Image) ?? [];
        foreach (var image in dataset.Truth.Images)
        {
            cancellation.ThrowIfCancellationRequested();
            if (!earlier.TryGetValue(image.Id, out var entry))
            {
                entry = Run(pipeline, dataset, image);
                journal?.Add(entry);
            }

            foreach (var detection in entry.Detections) { detections.Add(detection); }
            unknown += entry.Unknown;
            sum += entry.Times;
            progress?.Invoke(++done, dataset.Truth.Images.Count);
        }

        return new(CocoEvaluator.Evaluate(dataset.Truth, detections, skipUnknownCategories: true), detections, sum / done, unknown, pipeline.Preprocessing.Resize.Side);
    }

    static JournalEntry Run(DetectorPipeline pipeline, CocoDataset dataset, CocoImage image)
    {
        var (found, unknown) = (new CocoDetections(image.FileName), 0);
        foreach (var detection in pipeline.Detect(dataset.PathOf(image)))
        {
            if (pipeline.Labels.Find(detection.Label) is { } category) { found.Add(image.Id, category.CategoryId, detection); }
            else { unknown++; }
        }

        var size = pipeline.Photograph.Size;
        if (image.Size != default && image.Size != size)
        {
            throw LabError.BadInput($"Image '{dataset.PathOf(image)}' has {size} pixels (height x width) when upright, its labels were made for {image.Size}. "
                + "Use the images that belong to the labels.");
        }

        return new(image.Id, pipeline.Times, unknown, [.. found.Items]);
    }
}

/// <summary>
/// How far one evaluation lies from another over the same images: AP minus the reference's, with a paired bootstrap interval over images, null where the dataset
/// holds no object; and AP of the detections with the reference's sure ones as truth, in [0, 1], null where there are none.
/// </summary>
public sealed record EvaluationComparison(Interval? ApDifference, double? DetectionAp)
{
    const double SureScore = 0.5; // below, DETR's own demonstration shows nothing either

    public static EvaluationComparison Of(CocoGroundTruth truth, DatasetEvaluation reference, DatasetEvaluation candidate) => new(
        ApBootstrap.Difference(reference.Evaluation, candidate.Evaluation),
        CocoEvaluator.Evaluate(truth.FromDetections(reference.Detections, SureScore), candidate.Detections, skipUnknownCategories: true).Summary.Ap);

    /// <summary>For example <c>-0.2 [-0.9, +0.4]: undecided</c>, in points.</summary>
    public string Text => ApDifference is not { } difference ? "-"
        : $"{difference.Scale(100).ToString("+0.0;-0.0;0.0")}: {(difference.Upper < 0 ? "less" : difference.Lower > 0 ? "more" : "undecided")}";
}
