namespace DetrPerfLab.Vision;

/// <summary>What evaluating one set of detections gave: the 12 numbers, and what a bootstrap over images recomputes them from.</summary>
public sealed class CocoEvaluation
{
    internal CocoEvaluation(CocoSummary summary, IReadOnlyList<long> imageIds, IReadOnlyList<PrecisionCurve> curves) =>
        (Summary, ImageIds, Curves) = (summary, imageIds, curves);

    public CocoSummary Summary { get; }

    /// <summary>How many detections were left out, and of which images and categories; null where none was.</summary>
    public string? LeftOut { get; init; }
    internal IReadOnlyList<long> ImageIds { get; } // all that were judged, by rising id
    internal IReadOnlyList<PrecisionCurve> Curves { get; } // a category each, objects of all sizes
}

/// <summary>COCO's box evaluation: the numbers of pycocotools with its default parameters.</summary>
/// <remarks>
/// Source: cocodataset/cocoapi, PythonAPI/pycocotools/cocoeval.py. Categories are evaluated in parallel.
/// By hand: the original is Python, and its numbers are to be met, ties and crowds included.
/// </remarks>
public static class CocoEvaluator
{
    static readonly int s_areas = CocoProtocol.Areas.Count;
    static readonly int s_thresholds = CocoProtocol.IouThresholds.Count;

    /// <summary>Repeated detections count as false, as in pycocotools. What is found on images or of categories that the truth does not list is left out and counted.</summary>
    /// <exception cref="LabException">There are detections, and none is of a listed image and category.</exception>
    public static CocoEvaluation Evaluate(CocoGroundTruth truth, CocoDetections detections)
    {
        var truths = new List<(int Image, CocoAnnotation Item)>[truth.Categories.Count];
        var found = new List<(int Image, CocoDetection Item)>[truth.Categories.Count];
        for (var c = 0; c < truths.Length; c++) { (truths[c], found[c]) = ([], []); }
        foreach (var annotation in truth.Annotations)
        {
            truths[truth.CategoryIndex[annotation.CategoryId]].Add((truth.ImageIndex[annotation.ImageId], annotation));
        }

        var (strangeImages, strangeCategories, left) = (new HashSet<long>(), new HashSet<long>(), 0);
        for (var i = 0; i < detections.Items.Count; i++)
        {
            var detection = detections.Items[i];
            var knowsImage = truth.ImageIndex.TryGetValue(detection.ImageId, out var image);
            var knowsCategory = truth.CategoryIndex.TryGetValue(detection.CategoryId, out var category);
            if (knowsImage && knowsCategory) { found[category].Add((image, detection)); }
            if (!knowsImage) { strangeImages.Add(detection.ImageId); }
            if (!knowsCategory) { strangeCategories.Add(detection.CategoryId); }
            left += knowsImage && knowsCategory ? 0 : 1;
        }

        if (left > 0 && left == detections.Items.Count)
        {
            throw LabError.BadInput($"None of the {left} detections of '{detections.Name}' is of an image and a category that '{truth.Name}' lists. Detections: images {Some(detections.Items.Select(d => d.ImageId).Distinct())}; "
                + $"categories {Some(detections.Items.Select(d => (long)d.CategoryId).Distinct())}. Truth: images {Some(truth.Images.Select(i => i.Id))}; categories {Some(truth.Categories.Select(c => (long)c.Id))}. "
                + "Evaluate against the ground truth of the same images and categories.");
        }

        var results = new CategoryScore[truths.Length];
        Parallel.For(0, truths.Length, c => results[c] = Score(truths[c], found[c]));
        return new(Summarize(results), [.. truth.Images.Select(i => i.Id)], [.. results.Select(r => r.Curve)])
        {
            LeftOut = left == 0 ? null : $"{left} of {detections.Items.Count} detections were left out: "
                + string.Join(", ", new[] { Strange(strangeImages, "image", "images"), Strange(strangeCategories, "category", "categories") }.OfType<string>()) + $" that '{truth.Name}' does not list",
        };

        static string Some(IEnumerable<long> ids) => string.Join(", ", ids.Order().Take(5)) + (ids.Skip(5).Any() ? ", …" : "");
        static string? Strange(HashSet<long> ids, string one, string many) => ids.Count == 0 ? null : $"{ids.Count} {(ids.Count == 1 ? one : many)} ({Some(ids)})";
    }

    /// <summary>
    /// Average precision and recall (of the best 100) of one category, [area][threshold], null without objects of the size; recall of the best 1 and 10,
    /// [threshold], and the curve are of all sizes.
    /// </summary>
    sealed record CategoryScore(double[]?[] Precision, double[]?[] Recall, (double[]? One, double[]? Ten) RecallOfBest, PrecisionCurve Curve);

    static CategoryScore Score(List<(int Image, CocoAnnotation Item)> truths, List<(int Image, CocoDetection Item)> found)
    {
        var matched = MatchImages(truths, found);
        var scratch = new PrecisionCurve.Scratch();
        var (precision, recall) = (new double[s_areas][], new double[s_areas][]);
        PrecisionCurve? all = null;
        for (var area = 0; area < s_areas; area++)
        {
            var objects = truths.Where(t => !CocoMatcher.IsIgnored(t.Item, area)).CountBy(t => t.Image).Select(p => (p.Key, p.Value)).OrderBy(p => p.Key).ToArray();
            var curve = new PrecisionCurve(matched, objects, area);
            all ??= curve;
            var averages = new double[s_thresholds];
            if (!curve.AveragePrecision([], averages, scratch)) { continue; }
            precision[area] = averages;
            recall[area] = RecallOf(matched, objects, area, CocoProtocol.MaxDetections);
        }

        var counted = all!.Objects.ToArray();
        var best = precision[0] is null ? default : (RecallOf(matched, counted, 0, 1), RecallOf(matched, counted, 0, 10));
        return new(precision, recall, best, all);
    }

    /// <summary>All detections of the category by falling score; ties in the order of image, then of score rank, then of the file.</summary>
    static MatchedDetection[] MatchImages(List<(int Image, CocoAnnotation Item)> truths, List<(int Image, CocoDetection Item)> found)
    {
        var truthsOf = truths.ToLookup(t => t.Image, t => t.Item);
        var matched = new List<MatchedDetection>(found.Count);
        var matcher = new CocoMatcher();
        foreach (var image in found.GroupBy(d => d.Image, d => d.Item).OrderBy(g => g.Key))
        {
            matcher.Match(image.Key, [.. truthsOf[image.Key]], [.. image], matched);
        }

        // OrderBy is stable, as numpy's mergesort is.
        return [.. matched.OrderBy(d => -d.Score)];
    }

    static double[] RecallOf(MatchedDetection[] matched, (int Image, int Count)[] objects, int area, int best)
    {
        var hits = new int[s_thresholds];
        foreach (var detection in matched)
        {
            if (detection.Rank >= best) { continue; }
            var bits = detection.Matched & ~detection.Ignored;
            for (var t = 0; t < s_thresholds; t++) { hits[t] += (int)(bits >> CocoMatcher.Bit(area, t)) & 1; }
        }

        var positives = objects.Sum(o => o.Count);
        return [.. hits.Select(h => h / (double)positives)];
    }

    static CocoSummary Summarize(CategoryScore[] results)
    {
        double? Precision(int area, int? threshold = null) => MeanOfCategories(results.Select(r => r.Precision[area]), threshold);
        double? Recall(int area) => MeanOfCategories(results.Select(r => r.Recall[area]));
        return new(
            Precision(0), Precision(0, threshold: 0), Precision(0, threshold: 5), ApSmall: Precision(1), ApMedium: Precision(2), ApLarge: Precision(3),
            MeanOfCategories(results.Select(r => r.RecallOfBest.One)), MeanOfCategories(results.Select(r => r.RecallOfBest.Ten)), Recall(0),
            ArSmall: Recall(1), ArMedium: Recall(2), ArLarge: Recall(3));
    }

    static double? MeanOfCategories(IEnumerable<double[]?> categories, int? threshold = null)
    {
        var values = categories.OfType<double[]>().Select(v => threshold is { } t ? v[t] : v.Average()).ToArray();
        return values.Length > 0 ? values.Average() : null;
    }
}
