namespace DetrPerfLab.Vision;

/// <summary>The checked tensors of a batch: pixels float32 [N, 3, H, W] and, where the model has one, the mask int64 [N, H, W].</summary>
readonly struct BatchTensors(HostTensor pixels, HostTensor? mask)
{
    const string Mask = "pixel_mask";

    internal ImageSize Canvas { get; } = new((int)pixels.Shape[2], (int)pixels.Shape[3]);

    /// <summary>Finds the tensors and checks that every image fits, before anything is written.</summary>
    internal static BatchTensors Check(ReadOnlySpan<RgbImage> images, TensorSet inputs, PreprocessOptions options)
    {
        var pixels = inputs.Find(options.PixelsName) ?? throw LabError.TensorMissing(inputs, options.PixelsName);
        if (pixels.Type != ElementType.Float32 || pixels.Shape.Length != 4 || pixels.Shape[1] != 3)
        {
            throw LabError.TensorShape(pixels, "float32 [N,3,H,W]");
        }

        var mask = inputs.Find(Mask);
        if (mask is not null && (mask.Type != ElementType.Int64 || !mask.Shape.SequenceEqual([pixels.Shape[0], pixels.Shape[2], pixels.Shape[3]])))
        {
            throw LabError.TensorShape(mask, $"int64 [{pixels.Shape[0]},{pixels.Shape[2]},{pixels.Shape[3]}]");
        }

        if (images.Length != pixels.Shape[0])
        {
            throw LabError.BadInput($"{images.Length} images for the tensor {pixels}, needed as many images as its first axis is long.");
        }

        var batch = new BatchTensors(pixels, mask);
        foreach (var image in images)
        {
            var size = options.Resize.Apply(image.Size);
            if (size.Height > batch.Canvas.Height || size.Width > batch.Canvas.Width)
            {
                throw LabError.BadInput($"Image resized to {size} for the tensor {pixels}, needed a tensor at least as high and wide. Allocate it for the largest of the batch.");
            }

            if (mask is null && size != batch.Canvas)
            {
                throw LabError.BadInput($"Image resized to {size} must be padded for the tensor {pixels}, needed a '{Mask}' beside it. "
                    + "Use a model exported with a mask, or images of equal size.");
            }
        }

        return batch;
    }

    /// <summary>One image, [3, H, W].</summary>
    internal Span<float> Pixels(int image)
    {
        var count = 3 * Canvas.Height * Canvas.Width;
        return pixels.Floats.Slice(image * count, count);
    }

    /// <summary>Writes zeros beyond <paramref name="size"/>, and the mask.</summary>
    internal void Pad(int image, ImageSize size)
    {
        var (height, width) = Canvas;
        var planes = Pixels(image);
        for (var channel = 0; channel < 3; channel++)
        {
            var plane = planes.Slice(channel * height * width, height * width);
            plane[(size.Height * width)..].Clear();
            if (size.Width == width) { continue; }
            for (var y = 0; y < size.Height; y++) { plane[((y * width) + size.Width)..((y + 1) * width)].Clear(); }
        }

        if (mask is null) { return; }
        var marks = mask.Longs.Slice(image * height * width, height * width);
        marks[(size.Height * width)..].Clear();
        for (var y = 0; y < size.Height; y++)
        {
            marks.Slice(y * width, size.Width).Fill(1);
            marks[((y * width) + size.Width)..((y + 1) * width)].Clear();
        }
    }
}
