namespace DetrPerfLab.Vision;

/// <summary>Models that share an interface: how their inputs are made of photographs, and their outputs into detections.</summary>
/// <remarks>A new family is a file that implements this and a line in <see cref="DetectorFamilies"/>.</remarks>
public interface IDetectorFamily
{
    /// <summary>For example <c>DETR</c>.</summary>
    string Name { get; }

    /// <summary>Inputs and outputs in words, for messages.</summary>
    string Interface { get; }

    /// <summary>Whether a model with these inputs and outputs belongs to the family.</summary>
    bool Matches(IReadOnlyList<TensorSpec> inputs, IReadOnlyList<TensorSpec> outputs);

    /// <summary>How photographs become the model's input.</summary>
    /// <param name="inputs">The model's inputs; a size that they fix wins over the options'.</param>
    /// <param name="options">What the user asked for.</param>
    PreprocessOptions Preprocessing(IReadOnlyList<TensorSpec> inputs, DetectorOptions options);

    /// <summary>Height and width of the input when a caller wants to run at a size: a size that the model fixes wins.</summary>
    /// <param name="inputs">The model's inputs.</param>
    /// <param name="wanted">What the caller asks for.</param>
    ImageSize InputSize(IReadOnlyList<TensorSpec> inputs, ImageSize wanted);

    /// <summary>Allocates inputs.</summary>
    /// <param name="inputs">The model's inputs.</param>
    /// <param name="batch">Images.</param>
    /// <param name="canvas">Height and width of the padded batch.</param>
    TensorSet AllocateInputs(IReadOnlyList<TensorSpec> inputs, int batch, ImageSize canvas);

    /// <summary>Fills the inputs that the preprocessor does not know.</summary>
    /// <param name="inputs">From <see cref="AllocateInputs"/>.</param>
    /// <param name="images">As many as the batch.</param>
    void FillOtherInputs(TensorSet inputs, ReadOnlySpan<RgbImage> images);

    /// <summary>Reads the detections of one image of the batch.</summary>
    /// <param name="postprocessor">Chooses and orders them.</param>
    /// <param name="outputs">As the model filled them.</param>
    /// <param name="image">Which of the batch.</param>
    /// <param name="original">Size of the photograph, before any resize.</param>
    /// <returns>Valid until the next call.</returns>
    /// <exception cref="LabException">The outputs have other shapes than the family's.</exception>
    ReadOnlySpan<Detection> Read(Postprocessor postprocessor, TensorSet outputs, int image, ImageSize original);

    /// <summary>What the labels of a model with these outputs mean.</summary>
    LabelMap Labels(TensorSet outputs);
}
