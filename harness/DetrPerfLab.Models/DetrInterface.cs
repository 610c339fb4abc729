namespace DetrPerfLab.Models;

/// <summary>Names and shapes of a DETR's inputs and outputs, the same for every engine.</summary>
/// <remarks>The names are those of the ecosystem's ONNX exports.</remarks>
public static class DetrInterface
{
    public const string PixelValues = "pixel_values"; // normalised images, planar
    public const string PixelMask = "pixel_mask"; // 1 = image, 0 = padding
    public const string Logits = "logits"; // class scores before softmax; the last class is "no object"
    public const string PredBoxes = "pred_boxes"; // (cx, cy, w, h) as fractions of the image

    public static IReadOnlyList<TensorSpec> Inputs { get; } =
    [
        new(PixelValues, ElementType.Float32, ["N", 3, "H", "W"]),
        new(PixelMask, ElementType.Int64, ["N", "H", "W"]),
    ];

    /// <summary>The same of a DETR whose shape is not known yet.</summary>
    public static IReadOnlyList<TensorSpec> OutputsOfAny { get; } = [new(Logits, ElementType.Float32, ["N", "Q", "C"]), new(PredBoxes, ElementType.Float32, ["N", "Q", 4])];

    /// <summary><c>logits</c> float32 [N, queries, scores], of all classes and of "no object", and <c>pred_boxes</c> float32 [N, queries, 4].</summary>
    public static IReadOnlyList<TensorSpec> Outputs(long queries, long scores) =>
    [
        new(Logits, ElementType.Float32, ["N", queries, scores]),
        new(PredBoxes, ElementType.Float32, ["N", queries, 4]),
    ];
}
