namespace DetrPerfLab.Vision;

/// <summary>Successors of DETR as Hugging Face exports them: each class has a sigmoid of its own, there is no "no object", and the best pairs of query and class are the detections.</summary>
/// <remarks>
/// Source: huggingface/transformers, models/rt_detr/image_processing_rt_detr.py, post_process_object_detection with use_focal_loss, which D-FINE shares; those of
/// Conditional and Deformable DETR are the same with 100 pairs.
/// </remarks>
sealed class SigmoidDetrFamily : ModelFamily
{
    public override string Name => "sigmoid-detr";

    public override string Models => "a sigmoid for each class: Conditional and Deformable DETR, RT-DETR, D-FINE as Hugging Face exports them";

    public override string Interface =>
        $"inputs {DetrFamily.Pixels} float32 [N,3,H,W] and perhaps {DetrFamily.Mask} [N,H,W]; outputs {DetrFamily.Logits} float32 [N,Q,C], {DetrFamily.Boxes} float32 [N,Q,4]";

    internal override bool Matches(ModelFacts facts) => DetrFamily.IsHuggingFace(facts);

    internal override bool IsCertain(ModelFacts facts) => facts.RefinesReferencePoints == true;

    internal override string PixelsOf(ModelFacts facts) => DetrFamily.Pixels;

    /// <remarks>RT-DETR and D-FINE take no mask, and pictures of 640x640 in [0, 1]; Conditional and Deformable DETR take one, and the pictures of DETR.</remarks>
    internal override PreprocessOptions Custom(ModelFacts facts) => facts.Input(DetrFamily.Mask) is not null ? PreprocessOptions.Detr
        : new() { Resize = ResizeRule.Exact(new(640, 640)), Normalization = Normalization.UnitRange };

    internal override int? Classes(IReadOnlyList<TensorSpec> outputs) => DetrFamily.LengthOf(outputs, DetrFamily.Logits);

    public override ReadOnlySpan<Detection> Read(Postprocessor postprocessor, TensorSet outputs, int image, ImageSize original) =>
        postprocessor.Sigmoid(outputs, DetrFamily.Logits, DetrFamily.Boxes, image, original);
}
