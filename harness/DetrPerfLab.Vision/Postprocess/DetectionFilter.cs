namespace DetrPerfLab.Vision;

/// <summary>Chooses and orders detections in place; what chooses returns how many are left, at the front.</summary>
public static class DetectionFilter
{
    // Kept in a field: a lambda handed over at each call would be found again, but a method group would be allocated.
    static readonly Comparison<Detection> s_byScore = ByScore;

    /// <summary>Keeps, in their order, those with at least this score. A score that is NaN or a box that is not finite is never kept.</summary>
    internal static int KeepAbove(Span<Detection> detections, float threshold)
    {
        var kept = 0;
        foreach (ref readonly var detection in detections)
        {
            if (detection.Score >= threshold && IsFinite(detection)) { detections[kept++] = detection; }
        }

        return kept;
    }

    /// <summary>Highest score first; equal scores by label, then by place, so that the order never depends on the input's.</summary>
    public static void SortByScore(Span<Detection> detections) => detections.Sort(s_byScore);

    /// <summary>Greedy non-maximum suppression within each class: the best stays, what overlaps it (IoU above the threshold) goes. Sorts by score.</summary>
    public static int SuppressOverlaps(Span<Detection> detections, float iouThreshold)
    {
        SortByScore(detections);
        var kept = 0;
        foreach (ref readonly var candidate in detections)
        {
            if (!OverlapsAny(detections[..kept], candidate, iouThreshold)) { detections[kept++] = candidate; }
        }

        return kept;
    }

    static bool OverlapsAny(ReadOnlySpan<Detection> kept, in Detection candidate, float iouThreshold)
    {
        foreach (ref readonly var better in kept)
        {
            if (better.Label == candidate.Label && Box.Iou(better.Box, candidate.Box) > iouThreshold) { return true; }
        }

        return false;
    }

    // x - x is 0 for a finite number, else NaN.
    internal static bool IsFinite(in Detection d) => d.X1 - d.X1 + (d.Y1 - d.Y1) + (d.X2 - d.X2) + (d.Y2 - d.Y2) == 0;

    static int ByScore(Detection a, Detection b)
    {
        var order = b.Score.CompareTo(a.Score);
        if (order == 0) { order = a.Label.CompareTo(b.Label); }
        if (order == 0) { order = a.X1.CompareTo(b.X1); }
        if (order == 0) { order = a.Y1.CompareTo(b.Y1); }
        if (order == 0) { order = a.X2.CompareTo(b.X2); }
        return order != 0 ? order : a.Y2.CompareTo(b.Y2);
    }
}
