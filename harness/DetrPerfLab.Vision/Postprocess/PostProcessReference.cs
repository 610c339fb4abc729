namespace DetrPerfLab.Vision;

/// <summary>The same as <see cref="PostProcess.Detr"/>, one value after the other: what the fast one is tested and measured against.</summary>
public static class PostProcessReference
{
    /// <inheritdoc cref="PostProcess.Detr"/>
    public static void Detr(ReadOnlySpan<float> logits, ReadOnlySpan<float> boxes, ImageSize image, Span<Detection> detections)
    {
        var classes = PostProcess.LogitsOfAQuery(logits, boxes, detections);
        for (var q = 0; q < detections.Length; q++)
        {
            var (label, score) = SoftmaxReference.Best(logits.Slice(q * classes, classes));
            var box = Box.FromCenter(boxes[q * 4], boxes[(q * 4) + 1], boxes[(q * 4) + 2], boxes[(q * 4) + 3]);
            detections[q] = new Detection(
                label, score, box.X1 * image.Width, box.Y1 * image.Height, box.X2 * image.Width, box.Y2 * image.Height);
        }
    }
}
