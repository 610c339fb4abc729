namespace DetrPerfLab.Vision;

/// <summary>Photographs in, a padded batch of tensors out: resize, normalise, pad at the right and the bottom, mask. Allocates nothing once warm.</summary>
/// <remarks>
/// Bit-equal to Pillow's resize followed by torchvision's ToTensor and Normalize, and to <see cref="PlainPreprocessor"/>. Bilinear without a cut is one fused pass.
/// Padding is 0 after normalisation, as in facebookresearch/detr@29901c5, util/misc.py, nested_tensor_from_tensor_list.
/// Not thread-safe: one preprocessor, one caller.
/// </remarks>
public sealed class Preprocessor(PreprocessOptions options)
{
    readonly Resizer _resizer = new(options.Threads);
    readonly RgbImage _resized = new();

    internal PreprocessOptions Options => options;

    /// <summary>Height and width that a batch needs: the largest of its images, each after the resize.</summary>
    public ImageSize CanvasSize(params ReadOnlySpan<RgbImage> images)
    {
        var canvas = default(ImageSize);
        foreach (var image in images)
        {
            var size = options.Resize.Seen(image.Size);
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
            if (options.IsFused) { _resizer.ResizeToPlanes(images[i], size, options.Normalization, batch.Pixels(i), batch.Canvas); }
            else { StepByStep(images[i], size, batch, i); }
            batch.Pad(i, options.Resize.Seen(images[i].Size));
        }
    }

    void StepByStep(RgbImage image, ImageSize size, BatchTensors batch, int index)
    {
        var resized = _resized;
        if (options.Kernel == ResampleKernel.Bilinear) { _resizer.Resize(image, size, _resized); }
        else { resized = ResizeReference.Resize(image, size, options.Kernel); }
        var (seen, canvas) = (options.Resize.Seen(image.Size), batch.Canvas);
        var pixels = resized.Pixels;
        var target = batch.Pixels(index);
        // As torchvision's center_crop rounds: half to even.
        var (top, left) = ((int)Math.Round((size.Height - seen.Height) / 2.0), (int)Math.Round((size.Width - seen.Width) / 2.0));
        for (var channel = 0; channel < 3; channel++)
        {
            var table = options.Normalization.Table(channel);
            var from = options.Bgr ? 2 - channel : channel;
            for (var y = 0; y < seen.Height; y++)
            {
                for (var x = 0; x < seen.Width; x++)
                {
                    var value = table[pixels[((((y + top) * size.Width) + x + left) * 3) + from]];
                    target[options.ChannelsLast ? (((y * canvas.Width) + x) * 3) + channel : (((channel * canvas.Height) + y) * canvas.Width) + x] = value;
                }
            }
        }
    }

    public void Prepare(RgbImage image, TensorSet inputs) => Prepare(new ReadOnlySpan<RgbImage>(in image), inputs);
}
