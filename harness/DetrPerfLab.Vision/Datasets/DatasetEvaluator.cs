namespace DetrPerfLab.Vision;

/// <summary>
/// How well a model found the objects of a dataset, with all detections (no threshold), the mean time of the images that this run did (null where an earlier
/// one did them all), how many detections were left out because their class is none of the data set's, and the shorter side in pixels that images were brought to.
/// </summary>
public sealed record DatasetEvaluation(CocoEvaluation Evaluation, CocoDetections Detections, StageTimes? Mean, int LabelsWithoutCategory, int Side)
{
    /// <summary>What a reader of the figures has to know: classes that do not meet, signs that the model is not used as it was trained.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}

/// <summary>What one image (a COCO image id) gave: detections, best first, how many were left out because their class is none of the data set's, and the highest label of all.</summary>
public sealed record JournalEntry(long Image, StageTimes Times, int Unknown, int HighestLabel, IReadOnlyList<CocoDetection> Detections);

/// <summary>Runs a model over a labelled dataset and judges it by COCO's rules.</summary>
public static class DatasetEvaluator
{
    /// <summary>
    /// Runs and judges. All detections count, whatever threshold the options hold: average precision ranks them by score.
    /// Progress is told as (done, of all); images of the journal are not run again, the others are added to it.
    /// One image that cannot be used ends all: a figure over the rest would be another figure.
    /// </summary>
    public static DatasetEvaluation Evaluate(
        IInferenceEngine engine, ModelUse use, CocoDataset dataset, DetectorOptions options, Action<long, long>? progress = null, CancellationToken cancellation = default,
        Journal<JournalEntry>? journal = null)
    {
        var pipeline = new DetectorPipeline(engine, use, options with { Postprocess = options.Postprocess with { Threshold = 0 } });
        if (use.Family.Task != ModelTask.Detection) { throw LabError.BadInput("The model classifies whole pictures, and a COCO data set has boxes. Use: detrlab eval --imagefolder DIR"); }
        var match = ClassMatch.Of(use.Classes, [.. dataset.Truth.Categories.Select(c => ((long)c.Id, c.Name))]);
        var detections = new CocoDetections(engine.Info.Variant);
        var (times, unknown, done, highest) = (new List<StageTimes>(), 0, 0, -1);
        var earlier = journal?.Entries.DistinctBy(e => e.Image).ToDictionary(e => e.Image) ?? [];
        foreach (var image in dataset.Truth.Images)
        {
            cancellation.ThrowIfCancellationRequested();
            if (!earlier.TryGetValue(image.Id, out var entry))
            {
                entry = Run(pipeline, match, dataset, image);
                times.Add(entry.Times);
                journal?.Add(entry);
            }

            foreach (var detection in entry.Detections) { detections.Add(detection); }
            unknown += entry.Unknown;
            highest = Math.Max(highest, entry.HighestLabel);
            progress?.Invoke(++done, dataset.Truth.Images.Count);
        }

        RequireLabelsOfCoco(use.Classes, dataset.Truth, highest, detections.Count + unknown);
        var evaluation = CocoEvaluator.Evaluate(dataset.Truth, detections);
        return new(evaluation, detections, StageTimes.Mean(times), unknown, pipeline.Preprocessing.Resize.Side)
        {
            Notes = [.. dataset.Truth.Notes, .. match.Note is { } note ? [note] : (string[])[], .. DetectionAlarms.Of(evaluation, detections, dataset.Truth, use)],
        };
    }

    /// <summary>A model that names no classes was taken for one of COCO's; one whose labels never leave the data set's own few was trained on those.</summary>
    static void RequireLabelsOfCoco(LabelMap labels, CocoGroundTruth truth, int highest, int detections)
    {
        const int Enough = 500; // detections, among which a model of COCO's 80 classes names more than a few
        if (!labels.IsAssumed || truth.Categories.Count >= labels.Count || highest >= truth.Categories.Count || detections < Enough) { return; }
        throw LabError.BadInput($"The model names no classes, and its {detections} detections have labels from 0 to {highest} only, as many as the data set has categories "
            + $"({string.Join(", ", truth.Categories.Take(10).Select(c => c.Name))}), not COCO's {labels.Names.Count()} ({string.Join(", ", labels.Names.Take(10))}, …). "
            + "Say what the model's classes are called: --labels FILE, one name a line in the order of its labels, or the instances.json that it was trained on.");
    }

    static JournalEntry Run(DetectorPipeline pipeline, ClassMatch match, CocoDataset dataset, CocoImage image)
    {
        var (found, unknown, highest) = (new CocoDetections(image.FileName), 0, -1);
        foreach (var detection in pipeline.Detect(dataset.PathOf(image)))
        {
            highest = Math.Max(highest, detection.Label);
            if (match.Find(detection.Label) is { } category) { found.Add(image.Id, (int)category, detection); }
            else { unknown++; }
        }

        var size = pipeline.Photograph.Size;
        if (image.Size != default && image.Size != size)
        {
            throw LabError.BadInput($"Image '{dataset.PathOf(image)}' has {size} pixels (height x width) when upright, its labels were made for {image.Size}. "
                + "Use the images that belong to the labels.");
        }

        return new(image.Id, pipeline.Times, unknown, highest, [.. found.Items]);
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
        CocoEvaluator.Evaluate(truth.FromDetections(reference.Detections, SureScore), candidate.Detections).Summary.Ap);

    /// <summary>For example <c>-0.2 [-0.9, +0.4]: undecided</c>, in points.</summary>
    public string Text => ApDifference is not { } difference ? "-"
        : $"{difference.Scale(100).ToString("+0.0;-0.0;0.0")}: {(difference.Upper < 0 ? "less" : difference.Lower > 0 ? "more" : "undecided")}";
}
