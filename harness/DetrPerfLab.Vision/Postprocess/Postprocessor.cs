namespace DetrPerfLab.Vision;

/// <summary>A model's output tensors in, the detections of one image out: sorted by score, thresholded. Allocates nothing once warm.</summary>
/// <remarks>Not thread-safe: one postprocessor, one caller.</remarks>
public sealed class Postprocessor(PostprocessOptions options)
{
    Detection[] _detections = [];

    /// <summary>For the outputs of a DETR: <c>logits</c> [N, Q, C + 1] and <c>pred_boxes</c> [N, Q, 4].</summary>
    /// <param name="outputs">Of the whole batch.</param>
    /// <param name="image">Which image of the batch.</param>
    /// <param name="original">Its size before any resize or padding.</param>
    /// <returns>Valid until the next call.</returns>
    /// <exception cref="LabException">The outputs are not those of a DETR.</exception>
    public ReadOnlySpan<Detection> Detr(TensorSet outputs, int image, ImageSize original)
    {
        var logits = Find(outputs, "logits", ElementType.Float32, rank: 3, "float32 [N,Q,C+1]");
        if (logits.Shape[2] < 2) { throw LabError.TensorShape(logits, "float32 [N,Q,C+1] with at least one class and \"no object\""); }
        var boxes = Boxes(outputs, "pred_boxes", logits);
        var detections = Reserve((int)logits.Shape[1]);
        PostProcess.Detr(OfImage<float>(logits, logits.Floats, image), OfImage<float>(boxes, boxes.Floats, image), original, detections);
        return Choose(detections);
    }

    /// <summary>For the outputs of a DEIM or RT-DETR: <c>labels</c> [N, Q], <c>boxes</c> [N, Q, 4] in pixels of the original, <c>scores</c> [N, Q].</summary>
    /// <param name="outputs">Of the whole batch.</param>
    /// <param name="image">Which image of the batch.</param>
    /// <returns>Valid until the next call.</returns>
    /// <exception cref="LabException">The outputs are not of that family.</exception>
    public ReadOnlySpan<Detection> Scored(TensorSet outputs, int image)
    {
        var scores = Find(outputs, "scores", ElementType.Float32, rank: 2, "float32 [N,Q]");
        var labels = Find(outputs, "labels", ElementType.Int64, rank: 2, "int64 [N,Q]");
        if (!labels.Shape.SequenceEqual(scores.Shape)) { throw LabError.TensorShape(labels, $"int64 [{scores.Shape[0]},{scores.Shape[1]}]"); }
        var boxes = Boxes(outputs, "boxes", scores);
        var detections = Reserve((int)scores.Shape[1]);
        PostProcess.Scored(
            OfImage<long>(labels, labels.Longs, image), OfImage<float>(boxes, boxes.Floats, image), OfImage<float>(scores, scores.Floats, image), detections);
        return Choose(detections);
    }

    ReadOnlySpan<Detection> Choose(Span<Detection> detections)
    {
        detections = detections[..DetectionFilter.KeepAbove(detections, options.Threshold)];
        if (options.NmsIou is { } iou) { detections = detections[..DetectionFilter.SuppressOverlaps(detections, iou)]; }
        DetectionFilter.SortByScore(detections);
        return detections;
    }

    Span<Detection> Reserve(int queries)
    {
        if (_detections.Length < queries) { _detections = new Detection[queries]; }
        return _detections.AsSpan(0, queries);
    }

    static ReadOnlySpan<T> OfImage<T>(HostTensor tensor, ReadOnlySpan<T> values, int image)
    {
        var count = tensor.Count / (int)tensor.Shape[0];
        return values.Slice(image * count, count);
    }

    static HostTensor Boxes(TensorSet outputs, string name, HostTensor queries)
    {
        var boxes = Find(outputs, name, ElementType.Float32, rank: 3, "float32 [N,Q,4]");
        return boxes.Shape[0] == queries.Shape[0] && boxes.Shape[1] == queries.Shape[1] && boxes.Shape[2] == 4
            ? boxes
            : throw LabError.TensorShape(boxes, $"float32 [{queries.Shape[0]},{queries.Shape[1]},4], to go with {queries}");
    }

    static HostTensor Find(TensorSet outputs, string name, ElementType type, int rank, string needed)
    {
        var tensor = outputs.Find(name) ?? throw LabError.TensorMissing(outputs, name);
        return tensor.Type == type && tensor.Shape.Length == rank ? tensor : throw LabError.TensorShape(tensor, needed);
    }
}
