namespace DetrPerfLab.Vision;

/// <summary>The stages beside the engine, one by one, for a caller that runs them elsewhere than the engine; <see cref="DetectorPipeline"/> does all of them in one call.</summary>
/// <remarks>Not thread-safe: one for each caller at a time.</remarks>
/// <param name="maxPixels">A larger picture is refused before anything is allocated for it.</param>
public sealed class PictureStages(ModelUse use, DetectorOptions options, long maxPixels)
{
    readonly ImageDecoder _decoder = new() { MaxPixels = maxPixels };
    readonly RgbImage _picture = new();
    readonly Preprocessor _preprocessor = new(use.Preprocessing(options));
    // All of them, and those of a low score left out afterwards: each request has a threshold of its own.
    readonly Postprocessor _postprocessor = new(options.Postprocess with { Threshold = 0 });

    /// <summary>The size of the last picture, upright, before any resize.</summary>
    public ImageSize Size => _picture.Size;

    /// <summary>The size that its tensors need.</summary>
    public ImageSize Canvas => _preprocessor.CanvasSize(_picture);

    /// <summary>A whole image file; messages call it by the name.</summary>
    /// <exception cref="LabException">It is no picture, damaged or too large.</exception>
    public void Decode(ReadOnlySpan<byte> file, string name) => _decoder.Decode(file, name, _picture);

    /// <summary>The picture into inputs for one, of <see cref="Canvas"/> or larger; the rest is padding. Where the model takes more than one at once, it is repeated.</summary>
    public void Fill(TensorSet inputs)
    {
        var pictures = use.Fill(new ReadOnlySpan<RgbImage>(in _picture));
        _preprocessor.Prepare(pictures, inputs);
        use.FillOtherInputs(inputs, pictures);
    }

    /// <summary>What was found on one picture of a batch, best first, within the picture's edges.</summary>
    /// <exception cref="LabException">The model's numbers are not finite.</exception>
    public IReadOnlyList<Detection> Read(TensorSet outputs, int image, ImageSize size, float threshold)
    {
        foreach (var output in outputs)
        {
            if (output.Type == ElementType.Float32) { DetectorPipeline.RequireFinite(output, image); }
        }

        var found = new List<Detection>();
        foreach (var detection in use.Family.Read(_postprocessor, outputs, image, size))
        {
            if (detection.Score >= threshold) { found.Add(detection.Inside(size)); }
        }

        return found;
    }

    /// <summary>The same as lines of <c>detections.json</c>.</summary>
    /// <param name="id">The picture's, as COCO counts pictures.</param>
    /// <param name="name">Its file's.</param>
    public IReadOnlyList<string> Lines(TensorSet outputs, int image, ImageSize size, float threshold, long id, string name) =>
        [.. DetectionJson.Lines(id, name, Read(outputs, image, size, threshold), use.Labels(outputs))];
}
