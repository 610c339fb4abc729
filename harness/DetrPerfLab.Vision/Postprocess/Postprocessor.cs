using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace DetrPerfLab.Vision;

/// <summary>A model's output tensors in, the detections of one image out: sorted by score, thresholded. Allocates nothing once warm.</summary>
/// <remarks>Not thread-safe: one postprocessor, one caller.</remarks>
public sealed class Postprocessor(PostprocessOptions options)
{
    Detection[] _detections = [];
    int[] _pairs = []; // of query and class, best first
    float[] _negated = []; // their logits with the sign turned, which sorts them so

    /// <summary>One image of <c>logits</c> [N, Q, C + 1] and <c>pred_boxes</c> [N, Q, 4]; its size before any resize. Valid until the next call.</summary>
    public ReadOnlySpan<Detection> Detr(TensorSet outputs, int image, ImageSize original)
    {
        var logits = Find(outputs, "logits", ElementType.Float32, rank: 3, "float32 [N,Q,C+1]");
        if (logits.Shape[2] < 2) { throw LabError.TensorShape(logits, "float32 [N,Q,C+1] with at least one class and \"no object\""); }
        var boxes = Boxes(outputs, "pred_boxes", logits);
        var detections = Reserve((int)logits.Shape[1]);
        Detr(OfImage<float>(logits, logits.Floats, image), OfImage<float>(boxes, boxes.Floats, image), original, detections);
        return Choose(detections);
    }

    /// <summary>
    /// One image of logits [N, Q, C], a sigmoid for each class, and boxes [N, Q, 4] (cx, cy, w, h) as fractions of the image: the Q best pairs of query and class.
    /// Valid until the next call.
    /// </summary>
    /// <remarks>Source: huggingface/transformers, models/rt_detr/image_processing_rt_detr.py, post_process_object_detection: sigmoid, then topk over queries times classes.</remarks>
    internal ReadOnlySpan<Detection> Sigmoid(TensorSet outputs, string logitsName, string boxesName, int image, ImageSize original)
    {
        var logits = Find(outputs, logitsName, ElementType.Float32, rank: 3, "float32 [N,Q,C]");
        var boxes = Boxes(outputs, boxesName, logits);
        var (queries, classes) = ((int)logits.Shape[1], (int)logits.Shape[2]);
        var detections = Reserve(queries);
        Sigmoid(OfImage<float>(logits, logits.Floats, image), OfImage<float>(boxes, boxes.Floats, image), classes, original, detections);
        return Choose(detections);
    }

    void Sigmoid(ReadOnlySpan<float> logits, ReadOnlySpan<float> boxes, int classes, ImageSize image, Span<Detection> detections)
    {
        if (_pairs.Length != logits.Length) { (_pairs, _negated) = (new int[logits.Length], new float[logits.Length]); }
        for (var i = 0; i < _pairs.Length; i++) { (_pairs[i], _negated[i]) = (i, -logits[i]); } // NaN sorts first, gets the score NaN and is never kept
        Array.Sort(_negated, _pairs);
        for (var d = 0; d < detections.Length; d++)
        {
            var (query, label) = (_pairs[d] / classes, _pairs[d] % classes);
            var (x, y, w, h) = (boxes[4 * query], boxes[(4 * query) + 1], boxes[(4 * query) + 2], boxes[(4 * query) + 3]);
            detections[d] = new Detection(
                label, 1 / (1 + MathF.Exp(_negated[d])),
                (x - (0.5f * w)) * image.Width, (y - (0.5f * h)) * image.Height, (x + (0.5f * w)) * image.Width, (y + (0.5f * h)) * image.Height);
        }
    }

    /// <summary>One image of <c>labels</c> and <c>scores</c> [N, Q] and <c>boxes</c> [N, Q, 4] in pixels of the original. Valid until the next call.</summary>
    internal ReadOnlySpan<Detection> Scored(TensorSet outputs, int image)
    {
        var scores = Find(outputs, "scores", ElementType.Float32, rank: 2, "float32 [N,Q]");
        var labels = Find(outputs, "labels", ElementType.Int64, rank: 2, "int64 [N,Q]");
        if (!labels.Shape.SequenceEqual(scores.Shape)) { throw LabError.TensorShape(labels, $"int64 [{scores.Shape[0]},{scores.Shape[1]}]"); }
        var boxes = Boxes(outputs, "boxes", scores);
        var detections = Reserve((int)scores.Shape[1]);
        Scored(
            OfImage<long>(labels, labels.Longs, image), OfImage<float>(boxes, boxes.Floats, image), OfImage<float>(scores, scores.Floats, image), detections);
        return Choose(detections);
    }

    /// <summary>The highest score that any detection had, kept or not; 0 before the first.</summary>
    public float HighestScore { get; private set; }

    ReadOnlySpan<Detection> Choose(Span<Detection> detections)
    {
        foreach (ref readonly var detection in detections) { HighestScore = MathF.Max(HighestScore, float.IsNaN(detection.Score) ? 0 : detection.Score); }
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

    /// <summary>
    /// Outputs of a DETR for one image, logits before softmax [queries, classes + 1] (the last class is "no object") and boxes (cx, cy, w, h) as fractions of the
    /// image [queries, 4], to one detection a query, in their order; corners in pixels of the original size, not clipped to it.
    /// </summary>
    /// <remarks>Source: facebookresearch/detr@29901c5, models/detr.py, PostProcess.forward. Bit-equal to <see cref="PostProcessReference"/>.</remarks>
    internal static void Detr(ReadOnlySpan<float> logits, ReadOnlySpan<float> boxes, ImageSize image, Span<Detection> detections)
    {
        var classes = LogitsOfAQuery(logits, boxes, detections);
        var half = Vector128.Create(-0.5f, -0.5f, 0.5f, 0.5f);
        var scale = Vector128.Create((float)image.Width, image.Height, image.Width, image.Height);
        for (var q = 0; q < detections.Length; q++)
        {
            var (label, score) = Softmax.Best(logits.Slice(q * classes, classes));
            var box = Vector128.Create<float>(boxes.Slice(q * 4, 4));
            var center = Vector128.Shuffle(box, Vector128.Create(0, 1, 0, 1));
            var size = Vector128.Shuffle(box, Vector128.Create(2, 3, 2, 3));
            var corners = (center + (size * half)) * scale;
            detections[q] = new Detection(label, score, corners[0], corners[1], corners[2], corners[3]);
        }
    }

    internal static void Scored(ReadOnlySpan<long> labels, ReadOnlySpan<float> boxes, ReadOnlySpan<float> scores, Span<Detection> detections)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(labels.Length, detections.Length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(scores.Length, detections.Length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(boxes.Length, detections.Length * 4);
        var corners = MemoryMarshal.Cast<float, Box>(boxes);
        for (var q = 0; q < detections.Length; q++)
        {
            var (x1, y1, x2, y2) = corners[q];

            // A label beyond 32 bits is none that a label map knows; neither is -1.
            detections[q] = new Detection(labels[q] is >= 0 and <= int.MaxValue ? (int)labels[q] : -1, scores[q], x1, y1, x2, y2);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static int LogitsOfAQuery(ReadOnlySpan<float> logits, ReadOnlySpan<float> boxes, ReadOnlySpan<Detection> detections)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(boxes.Length, detections.Length * 4);
        if (detections.IsEmpty) { return 0; }
        ArgumentOutOfRangeException.ThrowIfNotEqual(logits.Length % detections.Length, 0, nameof(logits));
        return logits.Length / detections.Length;
    }
}
