namespace DetrPerfLab.Core;

public static partial class LabError
{
    /// <summary>An image is larger than the resampler's 32-bit sums allow.</summary>
    public static LabException ImageTooLarge(ImageSize found, int longest) =>
        BadInput($"Image of {found} pixels (height x width), needed at most {longest} on each side. Shrink or tile it first.");

    /// <summary>The number of images is not the batch of the tensor.</summary>
    public static LabException BatchMismatch(int images, HostTensor tensor) =>
        BadInput($"{images} images for the tensor {tensor}, needed as many images as its first axis is long.");

    /// <summary>A resized image does not fit into the tensor.</summary>
    public static LabException ImageDoesNotFit(ImageSize resized, HostTensor tensor) =>
        BadInput($"Image resized to {resized} for the tensor {tensor}, needed a tensor at least as high and wide. Allocate it for the largest of the batch.");

    /// <summary>An image smaller than the tensor needs padding, which a model without a mask would see as black pixels.</summary>
    public static LabException MaskNeeded(ImageSize resized, HostTensor tensor, string mask) =>
        BadInput($"Image resized to {resized} must be padded for the tensor {tensor}, needed a '{mask}' beside it. "
            + "Use a model exported with a mask, or images of equal size.");

    /// <summary>A tensor has another type or rank than the step needs.</summary>
    public static LabException TensorShape(HostTensor found, string needed) =>
        BadInput($"Tensor {found}, needed {needed}. Check that the model belongs to this family.");

    /// <summary>A tensor that the step needs is not in the set.</summary>
    public static LabException TensorMissing(TensorSet found, string needed) =>
        BadInput($"Tensors {string.Join("; ", found)}, needed one named '{needed}'. Check that the model belongs to this family.");

    /// <summary>A cost matrix cannot be solved with NaN or infinity in it.</summary>
    public static LabException CostNotFinite(double cost, int row, int column) =>
        BadInput($"Assignment cost [{row},{column}] is {cost}, needed finite numbers. Check the model's outputs for NaN.");
}
