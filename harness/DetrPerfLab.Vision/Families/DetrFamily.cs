namespace DetrPerfLab.Vision;

/// <summary>DETR as this lab and Hugging Face export it: softmax over the classes and "no object", and boxes, are left to the caller.</summary>
sealed class DetrFamily : ModelFamily
{
    internal const string Pixels = "pixel_values", Mask = "pixel_mask", Logits = "logits", Boxes = "pred_boxes";

    public override string Name => "detr";

    public override string Models => "softmax with \"no object\": DETR, YOLOS, Table Transformer";

    public override string Interface => $"inputs {Pixels} float32 [N,3,H,W] and perhaps {Mask} [N,H,W]; outputs {Logits} float32 [N,Q,C+1], {Boxes} float32 [N,Q,4]";

    internal override bool Matches(ModelFacts facts) => IsHuggingFace(facts);

    /// <remarks>A mask alone is no proof, since Conditional and Deformable DETR take one too; nor is attention, which all have.</remarks>
    internal override bool IsCertain(ModelFacts facts) =>
        facts.RefinesReferencePoints == false && (facts.Input(Mask) is not null || facts.Operators.Contains("Softmax") || facts.Operators.Contains("Attention"));

    internal override string PixelsOf(ModelFacts facts) => Pixels;

    internal override PreprocessOptions Custom(ModelFacts facts) => PreprocessOptions.Detr;

    internal override int? Classes(IReadOnlyList<TensorSpec> outputs) => LengthOf(outputs, Logits) is { } columns ? columns - 1 : null;

    public override ReadOnlySpan<Detection> Read(Postprocessor postprocessor, TensorSet outputs, int image, ImageSize original) =>
        postprocessor.Detr(outputs, image, original);

    /// <summary>The interface that Hugging Face gives every detector of its library.</summary>
    internal static bool IsHuggingFace(ModelFacts facts) =>
        Has(facts.Inputs, Pixels, ElementType.Float32, 4) && facts.Inputs.All(i => i.Name is Pixels or Mask)
        && Has(facts.Outputs, Logits, ElementType.Float32, 3) && Has(facts.Outputs, Boxes, ElementType.Float32, 3);

    /// <summary>The last axis of a tensor, where the file tells it.</summary>
    internal static int? LengthOf(IReadOnlyList<TensorSpec> tensors, string name) =>
        tensors.FirstOrDefault(t => t.Name == name)?.Dimensions is [.., { IsFixed: true } last] ? (int)last.Length : null;
}
