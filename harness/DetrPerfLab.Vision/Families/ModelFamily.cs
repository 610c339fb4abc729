namespace DetrPerfLab.Vision;

/// <summary>What a model is asked for.</summary>
public enum ModelTask
{
    Detection,
    Classification,
}

/// <summary>Models that share an interface: what they take, how their outputs become detections or classes.</summary>
/// <remarks>A new family is a file that derives from this and a line in <see cref="ModelFamilies"/>. What one model adds (sizes, mean, class names) is in <see cref="ModelUse"/>.</remarks>
public abstract class ModelFamily
{
    /// <summary>As <c>--family</c> takes it.</summary>
    public abstract string Name { get; }

    /// <summary>Which models are of it, for lists.</summary>
    public abstract string Models { get; }

    /// <summary>Inputs and outputs in words, for messages.</summary>
    public abstract string Interface { get; }

    public virtual ModelTask Task => ModelTask.Detection;

    internal abstract bool Matches(ModelFacts facts);

    /// <summary>Whether nothing but this family ends as this graph does; one that merely has its inputs and outputs may be another's.</summary>
    internal virtual bool IsCertain(ModelFacts facts) => true;

    /// <summary>The input that takes the picture.</summary>
    internal abstract string PixelsOf(ModelFacts facts);

    /// <summary>What its pictures become unless the model or the user says otherwise; null where the family has no custom of its own.</summary>
    internal abstract PreprocessOptions? Custom(ModelFacts facts);

    /// <summary>How many classes the outputs tell apart, without "no object"; null where they do not say.</summary>
    internal abstract int? Classes(IReadOnlyList<TensorSpec> outputs);

    /// <summary>Fills the inputs that the preprocessor does not know, from as many images as the batch holds.</summary>
    internal virtual void FillOtherInputs(TensorSet inputs, ReadOnlySpan<RgbImage> images)
    {
    }

    /// <summary>Reads the detections of one image of the batch, of its size before any resize. Valid until the next call.</summary>
    public abstract ReadOnlySpan<Detection> Read(Postprocessor postprocessor, TensorSet outputs, int image, ImageSize original);

    public override string ToString() => Name;

    private protected static bool Has(IReadOnlyList<TensorSpec> tensors, string name, ElementType type, int rank) =>
        tensors.Any(t => t.Name == name && t.Type == type && (t.Dimensions.Count == rank || !t.HasShape));
}
