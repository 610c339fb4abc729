namespace DetrPerfLab.Vision;

/// <summary>Precision over recall of one category, compressed so that it can be recomputed fast with images weighted (0 = left out, 2 = drawn twice).</summary>
/// <remarks>
/// Source: cocodataset/cocoapi, pycocotools/cocoeval.py, accumulate. Between two hits precision only falls, so the envelope is decided at hits; an image
/// drawn twice equals its detections counted twice, since in a run of equal hits precision only rises.
/// </remarks>
sealed class PrecisionCurve
{
    const double Spacing = 2.220446049250313e-16; // numpy.spacing(1), which keeps pycocotools from dividing by 0

    readonly int[] _images;
    readonly int[][] _events; // a threshold: places in the order, hits as they are, ignored ones as ~place
    readonly (int Image, int Count)[] _objects;

    /// <summary>Takes one category's detections by falling score, and how many objects of the size <see cref="CocoProtocol.Areas"/>[area] each image holds.</summary>
    internal PrecisionCurve(ReadOnlySpan<MatchedDetection> detections, (int Image, int Count)[] objects, int area)
    {
        _objects = objects;
        _images = new int[detections.Length];
        for (var i = 0; i < detections.Length; i++) { _images[i] = detections[i].Image; }
        _events = new int[CocoProtocol.IouThresholds.Count][];
        var events = new List<int>();
        for (var threshold = 0; threshold < _events.Length; threshold++)
        {
            events.Clear();
            var bit = 1UL << CocoMatcher.Bit(area, threshold);
            for (var i = 0; i < detections.Length; i++)
            {
                if ((detections[i].Ignored & bit) != 0) { events.Add(~i); }
                else if ((detections[i].Matched & bit) != 0) { events.Add(i); }
            }

            _events[threshold] = [.. events];
        }
    }

    internal ReadOnlySpan<(int Image, int Count)> Objects => _objects;

    /// <summary>At each IoU threshold, with one weight an image (none: 1 each). False, and nothing written, where these hold no object.</summary>
    internal bool AveragePrecision(ReadOnlySpan<int> weights, Span<double> averages, Scratch scratch)
    {
        long positives = 0;
        foreach (var (image, count) in _objects) { positives += (long)count * (weights.IsEmpty ? 1 : weights[image]); }
        if (positives == 0) { return false; }

        var counted = scratch.Counted(_images.Length);
        long sum = 0;
        for (var i = 0; i < _images.Length; i++) { counted[i] = sum += weights.IsEmpty ? 1 : weights[_images[i]]; }
        for (var threshold = 0; threshold < _events.Length; threshold++)
        {
            averages[threshold] = AveragePrecision(_events[threshold], counted, positives, weights, scratch);
        }

        return true;
    }

    double AveragePrecision(int[] events, ReadOnlySpan<long> counted, long positives, ReadOnlySpan<int> weights, Scratch scratch)
    {
        var (recall, precision) = scratch.Points(events.Length);
        long hits = 0, ignored = 0;
        var points = 0;
        foreach (var at in events)
        {
            var place = at < 0 ? ~at : at;
            var weight = weights.IsEmpty ? 1 : weights[_images[place]];
            if (at < 0) { ignored += weight; }
            else if (weight > 0)
            {
                hits += weight;
                recall[points] = hits / (double)positives;
                precision[points++] = hits / (counted[place] - ignored + Spacing);
            }
        }

        for (var i = points - 1; i > 0; i--) { precision[i - 1] = Math.Max(precision[i - 1], precision[i]); }
        var (total, point) = (0.0, 0);
        foreach (var needed in CocoProtocol.RecallThresholds)
        {
            while (point < points && recall[point] < needed) { point++; }
            if (point == points) { break; }
            total += precision[point];
        }

        return total / CocoProtocol.RecallThresholds.Length;
    }

    /// <summary>Buffers of one thread.</summary>
    internal sealed class Scratch
    {
        long[] _counted = [];
        double[] _recall = [];
        double[] _precision = [];

        internal Span<long> Counted(int length)
        {
            if (_counted.Length < length) { _counted = new long[length]; }
            return _counted.AsSpan(0, length);
        }

        internal (double[] Recall, double[] Precision) Points(int length)
        {
            if (_recall.Length < length) { (_recall, _precision) = (new double[length], new double[length]); }
            return (_recall, _precision);
        }
    }
}
