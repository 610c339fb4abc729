namespace DetrPerfLab.Vision;

/// <summary>The checked tensors of a batch: pixels float32 [N, 3, H, W] or [N, H, W, 3] and, where the model has one, the mask [N, H, W] of int64 or float32.</summary>
readonly struct BatchTensors(HostTensor pixels, HostTensor? mask, bool channelsLast)
{
    const string Mask = "pixel_mask";

    readonly bool _maskIsCanvas = mask is not null && SizeOf(mask, 1) == SizeOf(pixels, channelsLast ? 1 : 2);

    internal ImageSize Canvas { get; } = SizeOf(pixels, channelsLast ? 1 : 2);

    static ImageSize SizeOf(HostTensor tensor, int axis) => new((int)tensor.Shape[axis], (int)tensor.Shape[axis + 1]);

    /// <summary>Finds the tensors and checks that every image fits, before anything is written.</summary>
    internal static BatchTensors Check(ReadOnlySpan<RgbImage> images, TensorSet inputs, PreprocessOptions options)
    {
        var pixels = inputs.Find(options.PixelsName) ?? throw LabError.TensorMissing(inputs, options.PixelsName);
        if (pixels.Type != ElementType.Float32 || pixels.Shape.Length != 4 || pixels.Shape[options.ChannelsLast ? 3 : 1] != 3)
        {
            throw LabError.TensorShape(pixels, options.ChannelsLast ? "float32 [N,H,W,3]" : "float32 [N,3,H,W]");
        }

        var mask = inputs.Find(Mask);
        if (mask is not null && (mask.Shape.Length != 3 || mask.Shape[0] != pixels.Shape[0]))
        {
            throw LabError.TensorShape(mask, $"{mask.Type.ToString().ToLowerInvariant()} [{pixels.Shape[0]},{pixels.Shape[2]},{pixels.Shape[3]}]");
        }

        if (images.Length != pixels.Shape[0])
        {
            throw LabError.BadInput($"{images.Length} images for the tensor {pixels}, needed as many images as its first axis is long.");
        }

        var batch = new BatchTensors(pixels, mask, options.ChannelsLast);
        foreach (var image in images)
        {
            var size = options.Resize.Seen(image.Size);
            if (size.Height > batch.Canvas.Height || size.Width > batch.Canvas.Width)
            {
                throw LabError.BadInput($"Image resized to {size} for the tensor {pixels}, needed a tensor at least as high and wide. Allocate it for the largest of the batch.");
            }

            if (!batch._maskIsCanvas && size != batch.Canvas)
            {
                throw LabError.BadInput($"Image resized to {size} must be padded for the tensor {pixels}, needed a '{Mask}' of the same height and width beside it. "
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
        if (mask is not null && !_maskIsCanvas) { Ones(mask.Count / (int)mask.Shape[0], image); } // of a size of its own: all of it is picture, as checked
        if (size == Canvas && !_maskIsCanvas) { return; }
        var planes = Pixels(image);
        for (var channel = 0; channel < 3; channel++)
        {
            var plane = planes.Slice(channel * height * width, height * width);
            plane[(size.Height * width)..].Clear();
            if (size.Width == width) { continue; }
            for (var y = 0; y < size.Height; y++) { plane[((y * width) + size.Width)..((y + 1) * width)].Clear(); }
        }

        if (mask is null) { return; }
        if (mask.Type == ElementType.Int64) { Mark(mask.Longs.Slice(image * height * width, height * width), size, width, 1); }
        else { Mark(mask.Floats.Slice(image * height * width, height * width), size, width, 1); }
    }

    void Ones(int count, int image)
    {
        if (mask!.Type == ElementType.Int64) { mask.Longs.Slice(image * count, count).Fill(1); }
        else { mask.Floats.Slice(image * count, count).Fill(1); }
    }

    static void Mark<T>(Span<T> marks, ImageSize size, int width, T one)
    {
        marks[(size.Height * width)..].Clear();
        for (var y = 0; y < size.Height; y++)
        {
            marks.Slice(y * width, size.Width).Fill(one);
            marks[((y * width) + size.Width)..((y + 1) * width)].Clear();
        }
    }
}
