namespace DetrPerfLab.Vision;

/// <summary>RF-DETR as its own exporter writes it: a sigmoid for each class, boxes as fractions of the image.</summary>
/// <remarks>Source: roboflow/rf-detr, rfdetr/deploy/export.py (names) and rfdetr/models/lwdetr.py, PostProcess (the best pairs of query and class); pictures as in rfdetr/detr.py, predict.</remarks>
sealed class RfDetrFamily : ModelFamily
{
    const string Pixels = "input", Boxes = "dets", Labels = "labels";

    public override string Name => "rf-detr";

    public override string Models => "RF-DETR";

    public override string Interface => $"input {Pixels} float32 [N,3,H,W]; outputs {Boxes} float32 [N,Q,4], {Labels} float32 [N,Q,C]";

    internal override bool Matches(ModelFacts facts) => Has(facts.Inputs, Pixels, ElementType.Float32, 4) && facts.Inputs.Count == 1
        && Has(facts.Outputs, Boxes, ElementType.Float32, 3) && Has(facts.Outputs, Labels, ElementType.Float32, 3);

    internal override string PixelsOf(ModelFacts facts) => Pixels;

    internal override PreprocessOptions Custom(ModelFacts facts) => new() { Resize = ResizeRule.Exact(new(560, 560)) };

    internal override int? Classes(IReadOnlyList<TensorSpec> outputs) => DetrFamily.LengthOf(outputs, Labels);

    public override ReadOnlySpan<Detection> Read(Postprocessor postprocessor, TensorSet outputs, int image, ImageSize original) =>
        postprocessor.Sigmoid(outputs, Labels, Boxes, image, original);
}
