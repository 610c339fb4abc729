namespace DetrPerfLab.Models;

/// <summary>Network inputs from a formula, so that outputs can be compared between engines, machines and languages without a file.</summary>
/// <remarks>Image i: value = 1.5 * block + 0.5 * noise, where block is <c>image:i/block</c> of <see cref="SyntheticSequence"/> laid out [3, ceil(h / 64),
/// ceil(w / 64)], each value repeated over 64x64 pixels, and noise is <c>image:i/noise</c>, [3, h, w]. No further normalisation.</remarks>
public static class SyntheticImages
{
    const int BlockSize = 64;

    /// <summary>A batch of images, padded with zeros at the right and the bottom to the largest height and width.</summary>
    /// <returns><c>pixel_values</c> float32 [N,3,H,W] and <c>pixel_mask</c> int64 [N,H,W] (1 = image, 0 = padding).</returns>
    public static TensorSet CreateBatch(params ReadOnlySpan<ImageSize> sizes) => CreateBatchFrom(0, sizes);

    public static TensorSet CreateBatchFrom(int first, params ReadOnlySpan<ImageSize> sizes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfZero(sizes.Length, nameof(sizes));
        var (height, width) = (0, 0);
        foreach (var size in sizes) { (height, width) = (Math.Max(height, size.Height), Math.Max(width, size.Width)); }

        var pixels = new HostTensor("pixel_values", ElementType.Float32, sizes.Length, 3, height, width);
        var mask = new HostTensor("pixel_mask", ElementType.Int64, sizes.Length, height, width);
        for (var i = 0; i < sizes.Length; i++)
        {
            var image = pixels.Floats.Slice(i * 3 * height * width, 3 * height * width);
            FillImage(first + i, sizes[i], image, height, width);
            for (var row = 0; row < sizes[i].Height; row++)
            {
                mask.Longs.Slice(((i * height) + row) * width, sizes[i].Width).Fill(1);
            }
        }

        return new TensorSet(pixels, mask);
    }

    /// <summary>Fills one image of a batch; the destination holds zeros, [3, height, width] with the padding.</summary>
    static void FillImage(int index, ImageSize size, Span<float> destination, int height, int width)
    {
        var (rows, columns) = ((size.Height + BlockSize - 1) / BlockSize, (size.Width + BlockSize - 1) / BlockSize);
        var block = new float[3 * rows * columns];
        var noise = new float[3 * size.Height * size.Width];
        SyntheticSequence.Fill($"image:{index}/block", block);
        SyntheticSequence.Fill($"image:{index}/noise", noise);
        for (var channel = 0; channel < 3; channel++)
        {
            for (var y = 0; y < size.Height; y++)
            {
                var source = noise.AsSpan(((channel * size.Height) + y) * size.Width, size.Width);
                var blocks = block.AsSpan(((channel * rows) + (y / BlockSize)) * columns, columns);
                var target = destination.Slice(((channel * height) + y) * width, size.Width);
                for (var x = 0; x < target.Length; x++) { target[x] = (1.5f * blocks[x / BlockSize]) + (0.5f * source[x]); }
            }
        }
    }
}
