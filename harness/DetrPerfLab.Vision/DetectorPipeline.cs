using System.Diagnostics;

namespace DetrPerfLab.Vision;

/// <summary>From photographs to detections: decode, preprocess, run, postprocess; each stage timed.</summary>
/// <remarks>Buffers are kept and reused; results are valid until the next call. Not thread-safe: one pipeline, one caller. Does not own the engine.</remarks>
public sealed class DetectorPipeline
{
    // As many sizes as an engine keeps bound; photographs of one camera need one or two.
    const int MaxTensorSets = 4;

    readonly IInferenceEngine _engine;
    readonly ImageDecoder _decoder = new();
    readonly Preprocessor _preprocessor;
    readonly Postprocessor _postprocessor;
    readonly List<(int Batch, ImageSize Canvas, TensorSet Inputs, TensorSet Outputs)> _tensors = [];
    readonly List<List<Detection>> _detections = [];

    public DetectorPipeline(IInferenceEngine engine, ModelUse use, DetectorOptions? options = null)
    {
        options ??= new();
        (_engine, Use) = (engine, use);
        _preprocessor = new(use.Preprocessing(options));
        _postprocessor = new(options.Postprocess);
    }

    public ModelUse Use { get; }
    internal PreprocessOptions Preprocessing => _preprocessor.Options;
    /// <summary>What a user has to know when no score was ever worth a detection; null otherwise.</summary>
    public string? Alarm => _postprocessor.HighestScore <= 0.05 ? DetectionAlarms.LowScores(_postprocessor.HighestScore, Use) : null;

    public StageTimes Times { get; private set; } // of the last call

    /// <summary>What the labels of the detections mean; known after the first image.</summary>
    internal LabelMap Labels { get; private set; } = LabelMap.CategoryIds;

    /// <summary>The photograph of the last call that decoded a file.</summary>
    internal RgbImage Photograph { get; } = new();

    internal IReadOnlyList<Detection> Detect(string path)
    {
        var start = Stopwatch.GetTimestamp();
        _decoder.Decode(path, Photograph);
        var decoded = Stopwatch.GetElapsedTime(start);
        var detections = Detect(Photograph)[0];
        Times = Times with { DecodeMs = decoded.TotalMilliseconds };
        return detections;
    }

    /// <summary>Detects in one batch; a list for each photograph, best first. Those of unequal size need a model that takes a mask.</summary>
    public IReadOnlyList<IReadOnlyList<Detection>> Detect(params ReadOnlySpan<RgbImage> images)
    {
        ArgumentOutOfRangeException.ThrowIfZero(images.Length, nameof(images));
        var start = Stopwatch.GetTimestamp();
        var given = images.Length;
        images = Use.Fill(images);
        var (inputs, outputs) = TensorsFor(images.Length, _preprocessor.CanvasSize(images));
        _preprocessor.Prepare(images, inputs);
        Use.FillOtherInputs(inputs, images);
        var prepared = Stopwatch.GetTimestamp();
        _engine.Run(inputs, outputs);
        _engine.Synchronize();
        var ran = Stopwatch.GetTimestamp();
        Read(outputs, images[..given]);
        Times = new(
            0, Stopwatch.GetElapsedTime(start, prepared).TotalMilliseconds, Stopwatch.GetElapsedTime(prepared, ran).TotalMilliseconds,
            Stopwatch.GetElapsedTime(ran).TotalMilliseconds);
        return _detections;
    }

    void Read(TensorSet outputs, ReadOnlySpan<RgbImage> images)
    {
        for (var i = 0; i < outputs.Count; i++) // foreach would allocate
        {
            // Postprocessing drops what is not finite; a model that overflowed must not look like one that saw nothing.
            if (outputs[i].Type == ElementType.Float32) { RequireFinite(outputs[i]); }
        }

        while (_detections.Count < images.Length) { _detections.Add([]); }
        _detections.RemoveRange(images.Length, _detections.Count - images.Length);
        for (var i = 0; i < images.Length; i++)
        {
            _detections[i].Clear();
            _detections[i].AddRange(Use.Family.Read(_postprocessor, outputs, i, images[i].Size));
        }
    }

    (TensorSet Inputs, TensorSet Outputs) TensorsFor(int batch, ImageSize canvas)
    {
        foreach (var known in _tensors)
        {
            if (known.Batch == batch && known.Canvas == canvas) { return (known.Inputs, known.Outputs); }
        }

        var inputs = Use.AllocateInputs(batch, canvas);
        var outputs = _engine.AllocateOutputs(inputs);
        Labels = Use.Labels(outputs);
        if (_tensors.Count == MaxTensorSets) { _tensors.RemoveAt(0); }
        _tensors.Add((batch, canvas, inputs, outputs));
        return (inputs, outputs);
    }

    internal static void RequireFinite(HostTensor output) => RequireFinite(output, 0, output.Count);

    /// <summary>Of one image of the batch: what another gave is not its fault.</summary>
    internal static void RequireFinite(HostTensor output, int image)
    {
        var count = output.Count / (int)output.Shape[0];
        RequireFinite(output, image * count, count);
    }

    static void RequireFinite(HostTensor output, int first, int count)
    {
        ReadOnlySpan<float> values = output.Floats;
        for (var i = first; i < first + count; i++)
        {
            if (!float.IsFinite(values[i])) { throw LabError.OutputNotFinite(output.Name, i); }
        }
    }
}
