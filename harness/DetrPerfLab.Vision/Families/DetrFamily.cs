namespace DetrPerfLab.Vision;

/// <summary>DETR as this lab and Hugging Face export it: softmax and boxes are left to the caller.</summary>
sealed class DetrFamily : IDetectorFamily
{
    const string Pixels = "pixel_values";
    const string Mask = "pixel_mask";

    public string Name => "DETR";

    public string Interface =>
        $"inputs {Pixels} float32 [N,3,H,W] and perhaps {Mask} int64 [N,H,W]; outputs logits float32 [N,Q,C+1], pred_boxes float32 [N,Q,4]";

    public bool Matches(IReadOnlyList<TensorSpec> inputs, IReadOnlyList<TensorSpec> outputs) =>
        DetectorFamilies.TakesExactly(inputs, (Pixels, ElementType.Float32, 4), ($"{Mask}?", ElementType.Int64, 3))
        && DetectorFamilies.Gives(outputs, ("logits", ElementType.Float32, 3), ("pred_boxes", ElementType.Float32, 3));

    /// <remarks>A file with a fixed size gets images of exactly that size: no other fits it, and the aspect ratio suffers.</remarks>
    public PreprocessOptions Preprocessing(IReadOnlyList<TensorSpec> inputs, DetectorOptions options)
    {
        var shorter = options.Size ?? 800;
        var longest = Math.Max(1333, (int)(shorter * 1333L / 800));
        var resize = DetectorFamilies.FixedSize(inputs, Pixels) is { } size ? ResizeRule.Exact(size) : ResizeRule.ShorterSide(shorter, longest);
        return PreprocessOptions.Detr with { Resize = resize, Threads = options.Threads };
    }

    public ImageSize InputSize(IReadOnlyList<TensorSpec> inputs, ImageSize wanted) => DetectorFamilies.FixedSize(inputs, Pixels) ?? wanted;

    public TensorSet AllocateInputs(IReadOnlyList<TensorSpec> inputs, int batch, ImageSize canvas)
    {
        var pixels = new HostTensor(Pixels, ElementType.Float32, batch, 3, canvas.Height, canvas.Width);
        return inputs.Any(i => i.Name == Mask)
            ? new TensorSet(pixels, new HostTensor(Mask, ElementType.Int64, batch, canvas.Height, canvas.Width))
            : new TensorSet(pixels);
    }

    public ReadOnlySpan<Detection> Read(Postprocessor postprocessor, TensorSet outputs, int image, ImageSize original) =>
        postprocessor.Detr(outputs, image, original);

    LabelMap IDetectorFamily.Labels(TensorSet outputs) => LabelMap.ForClasses((int)outputs["logits"].Shape[2] - 1);
}
