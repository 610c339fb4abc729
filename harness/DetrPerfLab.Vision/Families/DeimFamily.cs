namespace DetrPerfLab.Vision;

/// <summary>DEIM, D-FINE and RT-DETR as their own exporters write them: the graph ends in labels, boxes in pixels and scores.</summary>
/// <remarks>Source: lyuwenyu/RT-DETR and Intellindust-AI-Lab/DEIM, tools/deployment/export_onnx.py.</remarks>
sealed class DeimFamily : ModelFamily
{
    const string Pixels = "images", Sizes = "orig_target_sizes";

    public override string Name => "deim";

    public override string Models => "decoded boxes: DEIM, D-FINE, RT-DETR as their authors export them";

    public override string Interface => $"inputs {Pixels} float32 [N,3,H,W] and {Sizes} [N,2]; outputs labels [N,Q], boxes float32 [N,Q,4], scores float32 [N,Q]";

    internal override bool Matches(ModelFacts facts) =>
        Has(facts.Inputs, Pixels, ElementType.Float32, 4) && Has(facts.Inputs, Sizes, ElementType.Int64, 2) && facts.Inputs.Count == 2
        && Has(facts.Outputs, "labels", ElementType.Int64, 2) && Has(facts.Outputs, "boxes", ElementType.Float32, 3) && Has(facts.Outputs, "scores", ElementType.Float32, 2);

    internal override string PixelsOf(ModelFacts facts) => Pixels;

    /// <remarks>These models were trained on squares without regard to the aspect ratio; 640 where the file leaves the size open.</remarks>
    internal override PreprocessOptions Custom(ModelFacts facts) => new() { Resize = ResizeRule.Exact(new(640, 640)), Normalization = Normalization.UnitRange };

    internal override int? Classes(IReadOnlyList<TensorSpec> outputs) => null; // labels are numbers

    internal override void FillOtherInputs(TensorSet inputs, ReadOnlySpan<RgbImage> images)
    {
        var sizes = inputs[Sizes].Longs;
        for (var i = 0; i < images.Length; i++)
        {
            (sizes[2 * i], sizes[(2 * i) + 1]) = (images[i].Size.Width, images[i].Size.Height);
        }
    }

    public override ReadOnlySpan<Detection> Read(Postprocessor postprocessor, TensorSet outputs, int image, ImageSize original) =>
        postprocessor.Scored(outputs, image);
}
