using System.Runtime.InteropServices;

namespace DetrPerfLab.Vision;

/// <summary>One detection after matching; the rank is its place by score among those of its image and category, from 0.</summary>
/// <remarks>Bit <see cref="CocoMatcher.Bit"/> of Matched: it found an object. Of Ignored: it counts neither for nor against.</remarks>
readonly record struct MatchedDetection(int Image, int Rank, double Score, ulong Matched, ulong Ignored);

/// <summary>Matches the detections of one image and category to its objects, for every IoU threshold and object size.</summary>
/// <remarks>
/// Source: cocodataset/cocoapi, pycocotools/cocoeval.py, computeIoU and evaluateImg. One difference: there an object with annotation id 0
/// can never be found, because 0 stands for "unmatched"; here it can.
/// Not thread-safe: the buffers are reused.
/// </remarks>
sealed class CocoMatcher
{
    static readonly int s_thresholds = CocoProtocol.IouThresholds.Count;

    readonly List<CocoDetection> _detections = [];
    int[] _order = [];
    double[] _ious = [];
    bool[] _taken = [];

    /// <summary>The bit of one object size and IoU threshold; 4 x 10 fit in 64.</summary>
    internal static int Bit(int area, int threshold) => (area * s_thresholds) + threshold;

    /// <summary>Appends the image's best 100 detections, best first, to <paramref name="matched"/>.</summary>
    internal void Match(int image, ReadOnlySpan<CocoAnnotation> truths, ReadOnlySpan<CocoDetection> detections, List<MatchedDetection> matched)
    {
        SortByScore(detections);
        var found = CollectionsMarshal.AsSpan(_detections);
        Grow(ref _ious, found.Length * truths.Length);
        for (var d = 0; d < found.Length; d++)
        {
            for (var t = 0; t < truths.Length; t++)
            {
                _ious[(d * truths.Length) + t] = CocoBox.Iou(found[d].Box, truths[t].Box, truths[t].Crowd);
            }
        }

        Span<(ulong Matched, ulong Ignored)> bits = stackalloc (ulong, ulong)[CocoProtocol.MaxDetections];
        for (var area = 0; area < CocoProtocol.Areas.Count; area++)
        {
            var counting = OrderIgnoredLast(truths, area);
            for (var threshold = 0; threshold < s_thresholds; threshold++)
            {
                MatchOne(truths, found, counting, area, threshold, bits);
            }
        }

        for (var d = 0; d < found.Length; d++) { matched.Add(new(image, d, found[d].Score, bits[d].Matched, bits[d].Ignored)); }
    }

    internal static bool IsIgnored(in CocoAnnotation truth, int area) =>
        truth.Crowd || truth.Area < CocoProtocol.Areas[area].Least || truth.Area > CocoProtocol.Areas[area].Most;

    void MatchOne(
        ReadOnlySpan<CocoAnnotation> truths, ReadOnlySpan<CocoDetection> found, int counting, int area, int threshold, Span<(ulong Matched, ulong Ignored)> bits)
    {
        var (_, least, most) = CocoProtocol.Areas[area];
        var bit = 1UL << Bit(area, threshold);
        Grow(ref _taken, truths.Length);
        _taken.AsSpan(0, truths.Length).Clear();
        for (var d = 0; d < found.Length; d++)
        {
            var best = Math.Min(CocoProtocol.IouThresholds[threshold], 1 - 1e-10);
            var match = -1;
            for (var i = 0; i < truths.Length; i++)
            {
                var truth = _order[i];
                if (_taken[truth] && !truths[truth].Crowd) { continue; }
                if (match >= 0 && match < counting && i >= counting) { break; } // an object that counts goes before any ignored one
                if (_ious[(d * truths.Length) + truth] < best) { continue; }
                (best, match) = (_ious[(d * truths.Length) + truth], i);
            }

            if (match >= 0)
            {
                _taken[_order[match]] = true;
                bits[d].Matched |= bit;
                if (match >= counting) { bits[d].Ignored |= bit; }
            }
            else if (found[d].Box.Area < least || found[d].Box.Area > most)
            {
                bits[d].Ignored |= bit;
            }
        }
    }

    /// <summary>Stable, and cut to the best 100.</summary>
    void SortByScore(ReadOnlySpan<CocoDetection> detections)
    {
        _detections.Clear();
        var order = new int[detections.Length];
        var falling = new double[detections.Length];
        for (var i = 0; i < order.Length; i++) { (order[i], falling[i]) = (i, -detections[i].Score); }
        order.AsSpan().Sort((a, b) => falling[a].CompareTo(falling[b]) is var c && c != 0 ? c : a.CompareTo(b));
        foreach (var i in order.AsSpan(0, Math.Min(order.Length, CocoProtocol.MaxDetections))) { _detections.Add(detections[i]); }
    }

    /// <summary>Fills the order, stable; returns how many objects count.</summary>
    int OrderIgnoredLast(ReadOnlySpan<CocoAnnotation> truths, int area)
    {
        Grow(ref _order, truths.Length);
        var (counting, ignored) = (0, truths.Length);
        for (var t = 0; t < truths.Length; t++)
        {
            if (IsIgnored(truths[t], area)) { _order[--ignored] = t; }
            else { _order[counting++] = t; }
        }

        _order.AsSpan(counting, truths.Length - counting).Reverse();
        return counting;
    }

    static void Grow<T>(ref T[] buffer, int length)
    {
        if (buffer.Length < length) { buffer = new T[Math.Max(length, buffer.Length * 2)]; }
    }
}
