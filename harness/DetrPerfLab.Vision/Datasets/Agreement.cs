namespace DetrPerfLab.Vision;

/// <summary>How far two models say the same of pictures, without labels.</summary>
public static class Agreement
{
    const float Sure = 0.5f; // below, DETR's own demonstration shows nothing either
    const float Possible = 0.3f;
    const int BestWithoutSure = 10;
    const float SameObject = 0.5f; // IoU
    static readonly ImageSize s_size = new(480, 640);

    /// <summary>What a model said of one picture: all detections, best first; of a classifier the first class, else -1.</summary>
    public sealed record Seen(IReadOnlyList<Detection> Detections, int Class);

    /// <summary>Pictures to compare models on: of files, each valid until the next; where none is named, so many built-in ones.</summary>
    /// <param name="firstBuiltIn">Apart from those that models are calibrated on and timed with.</param>
    public static IEnumerable<RgbImage> Pictures(IReadOnlyList<string> files, int firstBuiltIn, int builtIn)
    {
        if (files.Count == 0) { return Enumerable.Range(firstBuiltIn, builtIn).Select(i => SyntheticPhotographs.Create(i, s_size)); }
        var (decoder, image) = (new ImageDecoder(), new RgbImage());
        return files.Select(file =>
        {
            decoder.Decode(file, image);
            return image;
        });
    }

    /// <summary>Runs a model over pictures, which need to last until the next one only.</summary>
    public static IReadOnlyList<Seen> See(IInferenceEngine engine, ModelUse use, DetectorOptions options, IEnumerable<RgbImage> pictures, Action<int> seenSoFar)
    {
        var seen = new List<Seen>();
        var pipeline = use.Family.Task == ModelTask.Detection ? new DetectorPipeline(engine, use, options with { Postprocess = options.Postprocess with { Threshold = 0 } }) : null;
        var classifier = pipeline is null ? new Classifier(engine, use, options) : null;
        foreach (var picture in pictures)
        {
            if (pipeline is null) { seen.Add(new([], classifier!.Classify(picture, most: 1)[0].Label)); }
            else { seen.Add(new([.. pipeline.Detect(picture)[0]], -1)); }
            seenSoFar(seen.Count);
        }

        return seen;
    }

    /// <summary>
    /// The share in [0, 1] of what either model says that the other says too, with a bootstrap interval over pictures. Of classes: the pictures with the same. Of
    /// detections: the sure ones of either (score 0.5 and more) that the other has too, of the same class, with an IoU of 0.5 or more and a score of 0.3 or more, so that
    /// a score a little below the mark is no disagreement. Where the reference is sure of none, the ten best of each among the twenty best of the other.
    /// </summary>
    public static Interval Of(IReadOnlyList<Seen> reference, IReadOnlyList<Seen> candidate)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(candidate.Count, reference.Count);
        (double Same, double All)[] shares = [.. reference.Zip(candidate, (a, b) => a.Class >= 0 ? (a.Class == b.Class ? 1.0 : 0, 1.0) : Counted(a.Detections, b.Detections))];
        double Share(Func<int, int> pick)
        {
            var (same, all) = (0.0, 0.0);
            for (var i = 0; i < shares.Length; i++)
            {
                var picture = shares[pick(i)];
                same += picture.Same;
                all += picture.All;
            }

            return all > 0 ? same / all : 1;
        }

        var random = new DeterministicRandom(seed: 1);
        var replicates = new double[Bootstrap.Replicates];
        foreach (ref var replicate in replicates.AsSpan()) { replicate = Share(_ => random.Next(shares.Length)); }
        return Bootstrap.IntervalOf(Share(i => i), replicates);
    }

    static (double Same, double All) Counted(IReadOnlyList<Detection> reference, IReadOnlyList<Detection> candidate)
    {
        var isSure = reference.Count > 0 && reference[0].Score >= Sure;
        IReadOnlyList<Detection> Said(IReadOnlyList<Detection> all) => [.. isSure ? all.TakeWhile(d => d.Score >= Sure) : all.Take(BestWithoutSure)];
        IReadOnlyList<Detection> Seen(IReadOnlyList<Detection> all) => [.. isSure ? all.TakeWhile(d => d.Score >= Possible) : all.Take(2 * BestWithoutSure)];
        var (one, other) = (Said(reference), Said(candidate));
        return (Found(one, Seen(candidate)) + Found(other, Seen(reference)), one.Count + other.Count);
    }

    /// <summary>How many of them the other list has too, each of its entries taken once.</summary>
    static int Found(IReadOnlyList<Detection> detections, IReadOnlyList<Detection> among)
    {
        var free = among.ToList();
        return detections.Count(detection => // best first
        {
            var found = free.FindIndex(d => d.Label == detection.Label && Box.Iou(d.Box, detection.Box) >= SameObject);
            if (found >= 0) { free.RemoveAt(found); }
            return found >= 0;
        });
    }
}
