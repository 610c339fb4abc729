namespace DetrPerfLab.Vision;

/// <summary>Classifiers of whole pictures: one picture in, a score for each class out.</summary>
sealed class ClassifierFamily : ModelFamily
{
    public override string Name => "classifier";

    public override string Models => "one score for each class of the whole picture: ResNet, ViT and the like";

    public override string Interface => "one input, float32 [N,3,H,W] or [N,H,W,3]; an output of scores, float32 [N,C]";

    public override ModelTask Task => ModelTask.Classification;

    internal override bool Matches(ModelFacts facts) => facts.Inputs is [var picture] && IsPicture(picture) && ScoresOf(facts.Outputs) is not null;

    internal override string PixelsOf(ModelFacts facts) => facts.Inputs[0].Name;

    /// <summary>Each is trained on pictures of its own kind: nothing can be taken for granted.</summary>
    internal override PreprocessOptions? Custom(ModelFacts facts) => null;

    internal override int? Classes(IReadOnlyList<TensorSpec> outputs) =>
        ScoresOf(outputs)?.Dimensions is { Count: > 1 } dimensions && dimensions.Skip(1).All(d => d.IsFixed) ? (int)dimensions.Skip(1).Aggregate(1L, (product, d) => product * d.Length) : null;

    public override ReadOnlySpan<Detection> Read(Postprocessor postprocessor, TensorSet outputs, int image, ImageSize original) =>
        throw LabError.BadInput("A classifier finds no objects: it tells what the whole picture shows. Use: detrlab classify");

    /// <summary>The output that holds scores: the one that is named so, or the only one of two axes, further ones of length 1 left out.</summary>
    internal static TensorSpec? ScoresOf(IReadOnlyList<TensorSpec> outputs)
    {
        var flat = outputs.Where(o => o.Type == ElementType.Float32 && (o.Dimensions.Count == 2 || (o.Dimensions.Count > 2 && o.Dimensions.Skip(2).All(d => d.Length == 1)))).ToList();
        return flat is [var only] ? only : flat.FirstOrDefault(o => o.Name is "logits" or "output" or "scores" or "probabilities");
    }

    static bool IsPicture(TensorSpec input) => input is { Type: ElementType.Float32, Dimensions: [_, var channels, _, var last] } && (IsColour(channels) || IsColour(last));

    static bool IsColour(Dimension channels) => !channels.IsFixed || channels.Length == 3;
}
