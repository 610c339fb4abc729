namespace DetrPerfLab.Vision;

/// <summary>DEIM, D-FINE and RT-DETR as their own exporters write them: the graph ends in labels, boxes in pixels and scores.</summary>
/// <remarks>Source: lyuwenyu/RT-DETR and Intellindust-AI-Lab/DEIM, tools/deployment/export_onnx.py.</remarks>
sealed class DeimFamily : IDetectorFamily
{
    const string Pixels = "images";
    const string Sizes = "orig_target_sizes";

    public string Name => "DEIM / RT-DETR";

    public string Interface => $"inputs {Pixels} float32 [N,3,H,W] and {Sizes} int64 [N,2]; outputs labels int64 [N,Q], boxes float32 [N,Q,4], scores float32 [N,Q]";

    public bool Matches(IReadOnlyList<TensorSpec> inputs, IReadOnlyList<TensorSpec> outputs) =>
        DetectorFamilies.TakesExactly(inputs, (Pixels, ElementType.Float32, 4), (Sizes, ElementType.Int64, 2))
        && DetectorFamilies.Gives(outputs, ("labels", ElementType.Int64, 2), ("boxes", ElementType.Float32, 3), ("scores", ElementType.Float32, 2));

    /// <remarks>These models were trained on squares without regard to the aspect ratio; 640 where the file leaves the size open.</remarks>
    public PreprocessOptions Preprocessing(IReadOnlyList<TensorSpec> inputs, DetectorOptions options)
    {
        var side = options.Size ?? 640;
        var size = DetectorFamilies.FixedSize(inputs, Pixels) ?? new ImageSize(side, side);
        return new() { Resize = ResizeRule.Exact(size), Normalization = Normalization.UnitRange, PixelsName = Pixels, Threads = options.Threads };
    }

    public ImageSize InputSize(IReadOnlyList<TensorSpec> inputs, ImageSize wanted) =>
        DetectorFamilies.FixedSize(inputs, Pixels) ?? new(Math.Min(wanted.Height, wanted.Width), Math.Min(wanted.Height, wanted.Width));

    public TensorSet AllocateInputs(IReadOnlyList<TensorSpec> inputs, int batch, ImageSize canvas) =>
        new(new HostTensor(Pixels, ElementType.Float32, batch, 3, canvas.Height, canvas.Width), new HostTensor(Sizes, ElementType.Int64, batch, 2));

    public void FillOtherInputs(TensorSet inputs, ReadOnlySpan<RgbImage> images)
    {
        var sizes = inputs[Sizes].Longs;
        for (var i = 0; i < images.Length; i++)
        {
            (sizes[2 * i], sizes[(2 * i) + 1]) = (images[i].Size.Width, images[i].Size.Height);
        }
    }

    public ReadOnlySpan<Detection> Read(Postprocessor postprocessor, TensorSet outputs, int image, ImageSize original) =>
        postprocessor.Scored(outputs, image);

    LabelMap IDetectorFamily.Labels(TensorSet outputs) => LabelMap.Contiguous;
}
