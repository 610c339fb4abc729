namespace DetrPerfLab.Vision;

/// <summary>Pillow's antialiased resize, bit for bit, in plain loops: what <see cref="Resizer"/> is tested and measured against, and what serves the filters that it does not have.</summary>
/// <remarks>Source: Pillow 9.4, src/libImaging/Resample.c, ImagingResampleInner: rows first, rounded to 8 bits, then columns.</remarks>
public static class ResizeReference
{
    public static RgbImage Resize(RgbImage source, ImageSize size, ResampleKernel kernel = ResampleKernel.Bilinear)
    {
        ResizeRule.CheckSides(source.Size);
        ResizeRule.CheckSides(size);
        var wide = Horizontal(source, new ResampleAxis(source.Size.Width, size.Width, kernel));
        return Vertical(wide, new ResampleAxis(source.Size.Height, size.Height, kernel));
    }

    static RgbImage Horizontal(RgbImage source, ResampleAxis axis)
    {
        if (axis.IsIdentity) { return source; }
        var result = new RgbImage();
        result.Resize(source.Size with { Width = axis.Target });
        var from = source.Pixels;
        var to = result.Pixels;
        for (var y = 0; y < source.Size.Height; y++)
        {
            for (var x = 0; x < axis.Target; x++)
            {
                var first = axis.First(x);
                var weights = axis.Weights(x);
                for (var c = 0; c < 3; c++)
                {
                    var sum = ResampleAxis.Half;
                    for (var t = 0; t < weights.Length; t++) { sum += from[(((y * axis.Source) + first + t) * 3) + c] * weights[t]; }
                    to[(((y * axis.Target) + x) * 3) + c] = Clip(sum);
                }
            }
        }

        return result;
    }

    static RgbImage Vertical(RgbImage source, ResampleAxis axis)
    {
        var result = new RgbImage();
        result.Resize(source.Size with { Height = axis.Target });
        var from = source.Pixels;
        var to = result.Pixels;
        var stride = source.Size.Width * 3;
        for (var y = 0; y < axis.Target; y++)
        {
            var first = axis.First(y);
            var weights = axis.Weights(y);
            for (var x = 0; x < stride; x++)
            {
                var sum = ResampleAxis.Half;
                for (var t = 0; t < weights.Length; t++) { sum += from[((first + t) * stride) + x] * weights[t]; }
                to[(y * stride) + x] = Clip(sum);
            }
        }

        return result;
    }

    static byte Clip(int sum) => (byte)Math.Clamp(sum >> ResampleAxis.PrecisionBits, 0, 255);
}

/// <summary>The same as <see cref="Preprocessor"/> in plain loops, one step after the other: what the fast one is tested and measured against.</summary>
public sealed class PlainPreprocessor(PreprocessOptions options)
{
    public void Prepare(ReadOnlySpan<RgbImage> images, TensorSet inputs)
    {
        var batch = BatchTensors.Check(images, inputs, options);
        for (var i = 0; i < images.Length; i++)
        {
            var resized = ResizeReference.Resize(images[i], options.Resize.Apply(images[i].Size));
            Normalize(resized, options.Normalization, batch.Pixels(i), batch.Canvas);
            batch.Pad(i, resized.Size);
        }
    }

    /// <summary>Bytes to floats and interleaved to planes [3, canvas height, canvas width], which are written in the top left corner only.</summary>
    public static void Normalize(RgbImage image, Normalization normalization, Span<float> planes, ImageSize canvas)
    {
        var pixels = image.Pixels;
        for (var channel = 0; channel < 3; channel++)
        {
            var (mean, deviation) = (normalization.Mean[channel], normalization.Deviation[channel]);
            for (var y = 0; y < image.Size.Height; y++)
            {
                for (var x = 0; x < image.Size.Width; x++)
                {
                    var value = pixels[(((y * image.Size.Width) + x) * 3) + channel];
                    planes[(((channel * canvas.Height) + y) * canvas.Width) + x] = ((value / 255f) - mean) / deviation;
                }
            }
        }
    }
}
