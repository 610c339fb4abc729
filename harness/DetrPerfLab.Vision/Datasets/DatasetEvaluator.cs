namespace DetrPerfLab.Vision;

/// <summary>
/// How well a model found the objects of a dataset, with all detections (no threshold), the mean time per image, how many detections were left out because
/// their label stands for no category, and the shorter side in pixels that images were brought to.
/// </summary>
public sealed record DatasetEvaluation(CocoEvaluation Evaluation, CocoDetections Detections, StageTimes Mean, int LabelsWithoutCategory, int Side);

/// <summary>Runs a model over a labelled dataset and judges it by COCO's rules.</summary>
public static class DatasetEvaluator
{
    /// <summary>
    /// Runs and judges. All detections count, whatever threshold the options hold: average precision ranks them by score.
    /// Progress is told as (done, of all); images of the journal are not run again, the others are added to it.
    /// </summary>
    /// <exception cref="LabException">
    /// The model is no known detector, an image cannot be decoded or has another size than its labels were made for: a figure over the rest would be another figure.
    /// </exception>
    public static DatasetEvaluation Evaluate(
        IInferenceEngine engine, CocoDataset dataset, DetectorOptions options, Action<long, long>? progress = null, CancellationToken cancellation = default,
        DetectionJournal? journal = null)
    {
        var pipeline = new DetectorPipeline(engine, options with { Postprocess = options.Postprocess with { Threshold = 0 } });
        var detections = new CocoDetections(engine.Info.Variant);
        var (sum, unknown, done) = (default(StageTimes), 0, 0);
        foreach (var image in dataset.Truth.Images)
        {
            cancellation.ThrowIfCancellationRequested();
            if (journal?.Find(image.Id) is not { } entry)
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
