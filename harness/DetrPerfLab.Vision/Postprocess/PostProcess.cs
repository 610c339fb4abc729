using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace DetrPerfLab.Vision;

/// <summary>Turns the raw outputs of a model into detections.</summary>
static class PostProcess
{
    /// <summary>Outputs of a DETR for one image: one detection a query, in the order of the queries.</summary>
    /// <param name="logits">Before softmax, [queries, classes + 1]; the last class is "no object".</param>
    /// <param name="boxes">(cx, cy, w, h) as fractions of the image, [queries, 4].</param>
    /// <param name="image">Original size, before any resize or padding.</param>
    /// <param name="detections">[queries]; corners in pixels of the original, not clipped to it.</param>
    /// <remarks>Source: facebookresearch/detr@29901c5, models/detr.py, PostProcess.forward. Bit-equal to <see cref="PostProcessReference"/>.</remarks>
    public static void Detr(ReadOnlySpan<float> logits, ReadOnlySpan<float> boxes, ImageSize image, Span<Detection> detections)
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

    /// <summary>Outputs of a DEIM or RT-DETR for one image, which are detections already.</summary>
    /// <param name="labels">[queries].</param>
    /// <param name="boxes">(x1, y1, x2, y2) in pixels of the original, [queries, 4].</param>
    /// <param name="scores">[queries].</param>
    /// <param name="detections">[queries].</param>
    public static void Scored(ReadOnlySpan<long> labels, ReadOnlySpan<float> boxes, ReadOnlySpan<float> scores, Span<Detection> detections)
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
