namespace DetrPerfLab.Vision;

/// <summary>Photographs in, a padded batch of tensors out: resize, normalise, pad at the right and the bottom, mask. Allocates nothing once warm.</summary>
/// <remarks>
/// Bit-equal to Pillow's bilinear resize followed by torchvision's ToTensor and Normalize, and to <see cref="PlainPreprocessor"/>.
/// Padding is 0 after normalisation, as in facebookresearch/detr@29901c5, util/misc.py, nested_tensor_from_tensor_list.
/// Not thread-safe: one preprocessor, one caller.
/// </remarks>
public sealed class Preprocessor(PreprocessOptions options)
{
    readonly Resizer _resizer = new(options.Threads);

    internal PreprocessOptions Options => options;

    /// <summary>Height and width that a batch needs: the largest of its images, each after the resize.</summary>
    public ImageSize CanvasSize(params ReadOnlySpan<RgbImage> images)
    {
        var canvas = default(ImageSize);
        foreach (var image in images)
        {
            var size = options.Resize.Apply(image.Size);
            canvas = new ImageSize(Math.Max(canvas.Height, size.Height), Math.Max(canvas.Width, size.Width));
        }

        return canvas;
    }

    /// <summary>
    /// Fills the pixels of a batch, float32 [N, 3, H, W], and, where the model has it, pixel_mask, int64 [N, H, W] (1 = image);
    /// H and W at least <see cref="CanvasSize"/>. Other tensors stay as they are.
    /// </summary>
    public void Prepare(ReadOnlySpan<RgbImage> images, TensorSet inputs)
    {
        var batch = BatchTensors.Check(images, inputs, options);
        for (var i = 0; i < images.Length; i++)
        {
            var size = options.Resize.Apply(images[i].Size);
            _resizer.ResizeToPlanes(images[i], size, options.Normalization, batch.Pixels(i), batch.Canvas);
            batch.Pad(i, size);
        }
    }

    public void Prepare(RgbImage image, TensorSet inputs) => Prepare(new ReadOnlySpan<RgbImage>(in image), inputs);
}
