namespace DetrPerfLab.Vision;

/// <summary>Models that share an interface: how their inputs are made of photographs, and their outputs into detections.</summary>
/// <remarks>A new family is a file that implements this and a line in <see cref="DetectorFamilies"/>.</remarks>
public interface IDetectorFamily
{
    string Name { get; }

    /// <summary>Inputs and outputs in words, for messages.</summary>
    string Interface { get; }

    bool Matches(IReadOnlyList<TensorSpec> inputs, IReadOnlyList<TensorSpec> outputs);

    /// <summary>How photographs become the model's input; a size that the inputs fix wins over the options'.</summary>
    PreprocessOptions Preprocessing(IReadOnlyList<TensorSpec> inputs, DetectorOptions options);

    /// <summary>Height and width of the input when a caller wants to run at a size: a size that the model fixes wins.</summary>
    ImageSize InputSize(IReadOnlyList<TensorSpec> inputs, ImageSize wanted);

    /// <summary>Allocates inputs for a batch of so many images, padded to the canvas.</summary>
    TensorSet AllocateInputs(IReadOnlyList<TensorSpec> inputs, int batch, ImageSize canvas);

    /// <summary>Fills the inputs that the preprocessor does not know, from as many images as the batch holds.</summary>
    void FillOtherInputs(TensorSet inputs, ReadOnlySpan<RgbImage> images) { }

    /// <summary>Reads the detections of one image of the batch, of its size before any resize. Valid until the next call.</summary>
    ReadOnlySpan<Detection> Read(Postprocessor postprocessor, TensorSet outputs, int image, ImageSize original);

    internal LabelMap Labels(TensorSet outputs);
}
