namespace DetrPerfLab.Vision;

/// <summary>The same as <see cref="Preprocessor"/> in plain loops, one step after the other: what the fast one is tested and measured against.</summary>
public sealed class PlainPreprocessor(PreprocessOptions options)
{
    /// <inheritdoc cref="Preprocessor.Prepare(ReadOnlySpan{RgbImage}, TensorSet)"/>
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
