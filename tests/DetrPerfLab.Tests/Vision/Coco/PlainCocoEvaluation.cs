namespace DetrPerfLab.Tests.Vision;

/// <summary>The definition written out: every array, every loop, no sharing. Slow, and the judge of the fast one.</summary>
static class PlainCocoEvaluation
{
    static readonly double[] s_ious = [.. Enumerable.Range(0, 9).Select(i => 0.5 + (i * ((0.95 - 0.5) / 9))), 0.95];
    static readonly (double Least, double Most)[] s_areas = [(0, 1e10), (0, 1024), (1024, 9216), (9216, 1e10)];

    internal static double?[] Summarize(CocoGroundTruth truth, CocoDetections detections) =>
    [
        Ap(truth, detections, null, 0), Ap(truth, detections, 0, 0), Ap(truth, detections, 5, 0),
        Ap(truth, detections, null, 1), Ap(truth, detections, null, 2), Ap(truth, detections, null, 3),
        Ar(truth, detections, 1, 0), Ar(truth, detections, 10, 0), Ar(truth, detections, 100, 0),
        Ar(truth, detections, 100, 1), Ar(truth, detections, 100, 2), Ar(truth, detections, 100, 3),
    ];

    static double? Ap(CocoGroundTruth truth, CocoDetections detections, int? threshold, int area)
    {
        var values = new List<double>();
        foreach (var category in truth.Categories)
        {
            foreach (var t in threshold is { } one ? [one] : Enumerable.Range(0, 10))
            {
                if (Curve(truth, detections, category.Id, t, area, 100) is not var (recall, precision)) { continue; }
                for (var r = 0; r <= 100; r++)
                {
                    var needed = r == 100 ? 1.0 : r * 0.01;
                    var reached = precision.Where((_, i) => recall[i] >= needed).DefaultIfEmpty(0);
                    values.Add(reached.Max());
                }
            }
        }

        return values.Count == 0 ? null : values.Average();
    }

    static double? Ar(CocoGroundTruth truth, CocoDetections detections, int best, int area)
    {
        var values = new List<double>();
        foreach (var category in truth.Categories)
        {
            for (var t = 0; t < 10; t++)
            {
                if (Curve(truth, detections, category.Id, t, area, best) is var (recall, _)) { values.Add(recall.LastOrDefault()); }
            }
        }

        return values.Count == 0 ? null : values.Average();
    }

    /// <summary>Recall and precision after each detection; null without objects.</summary>
    static (List<double> Recall, List<double> Precision)? Curve(CocoGroundTruth truth, CocoDetections detections, int category, int t, int area, int best)
    {
        var all = new List<(double Score, bool Hit, bool Ignored)>();
        var positives = 0;
        foreach (var image in truth.Images)
        {
            var objects = truth.Annotations.Where(a => a.ImageId == image.Id && a.CategoryId == category).ToList();
            var ignored = objects.Select(o => o.Crowd || o.Area < s_areas[area].Least || o.Area > s_areas[area].Most).ToList();
            positives += ignored.Count(i => !i);
            var found = detections.Items.Where(d => d.ImageId == image.Id && d.CategoryId == category).OrderByDescending(d => d.Score).Take(best);
            var taken = new HashSet<int>();
            foreach (var d in found)
            {
                var match = Best(d, wanted: false) ?? Best(d, wanted: true);
                if (match is { } m) { taken.Add(m); }
                var outside = d.Box.Area < s_areas[area].Least || d.Box.Area > s_areas[area].Most;
                all.Add((d.Score, match is not null, match is { } x ? ignored[x] : outside));
            }

            // The best free object among those that count, or among those that do not; of equals, the later one.
            int? Best(CocoDetection d, bool wanted) => Enumerable.Range(0, objects.Count)
                .Where(i => ignored[i] == wanted && (objects[i].Crowd || !taken.Contains(i)))
                .Select(i => (Index: i, Iou: CocoBox.Iou(d.Box, objects[i].Box, objects[i].Crowd)))
                .Where(p => p.Iou >= s_ious[t])
                .OrderBy(p => p.Iou).ThenBy(p => p.Index)
                .Select(p => (int?)p.Index).LastOrDefault();
        }

        if (positives == 0) { return null; }
        var (recall, precision) = (new List<double>(), new List<double>());
        var (hits, misses) = (0, 0);
        foreach (var (_, hit, ignored) in all.OrderByDescending(d => d.Score))
        {
            if (hit && !ignored) { hits++; }
            if (!hit && !ignored) { misses++; }
            recall.Add(hits / (double)positives);
            precision.Add(hits / (hits + misses + 2.220446049250313e-16));
        }

        return (recall, precision);
    }
}
