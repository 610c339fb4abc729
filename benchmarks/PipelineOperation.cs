namespace DetrPerfLab.Benchmarks;

/// <summary>A photograph's file in, detections out: decode, preprocess, run, postprocess.</summary>
sealed class PipelineOperation(IInferenceEngine engine, ImageSize size, PreprocessOptions preprocess) : IAuditSubject
{
    const int Made = 8; // photographs that are made before, so that an audit makes no garbage while it goes on

    internal static ImageSize CocoSize { get; } = new(480, 640); // what a camera's photograph is in COCO

    readonly byte[][] _photographs = [.. Enumerable.Range(0, Made).Select(i => Photograph(size, i))];
    readonly List<HostTensor> _outputs = [];
    byte[]? _fresh;
    Buffers? _kept, _seen;
    Detection[] _found = [];
    int _foundCount;
    bool _watched;

    internal bool Plain { get; init; } // loops instead of the fused path
    internal bool KeepBuffers { get; init; } // whether buffers live longer than an image; a straightforward port makes new ones
    internal bool Collect { get; init; } // garbage, after each image

    /// <summary>A JPEG file made from a formula, so that no file is needed and every machine has the same.</summary>
    internal static byte[] Photograph(ImageSize size, int index = 0) => ImageWriter.Jpeg(SyntheticPhotographs.Create(index, size), quality: 90);

    public string Name => engine.Info.Variant;

    /// <summary>What the network gave, and the detections made of it: corners, score and label of each, zeros beyond the last.</summary>
    public IReadOnlyList<HostTensor> Outputs
    {
        get
        {
            if (_outputs.Count == 0 && _seen is { } seen)
            {
                var detections = new HostTensor("detections", ElementType.Float32, _found.Length, 6);
                for (var i = 0; i < _foundCount; i++)
                {
                    var found = _found[i];
                    ReadOnlySpan<float> values = [found.X1, found.Y1, found.X2, found.Y2, found.Score, found.Label];
                    values.CopyTo(detections.Floats[(6 * i)..]);
                }

                _outputs.AddRange([seen.Outputs["logits"], seen.Outputs["pred_boxes"], detections]);
            }

            return _outputs;
        }
    }

    public void Freshen(int index) => _fresh = index + 1 < Made ? _photographs[index + 1] : Photograph(size, index + 1);

    public void Restore(int index) => _fresh = null;

    public void Watch()
    {
        if (_found.Length == 0) { _found = new Detection[(_kept ?? new(engine, _photographs[0], preprocess)).Outputs["pred_boxes"].Shape[1]]; }
        Release();
        if (_kept is { } kept) { _outputs.AddRange(kept.Outputs); } // to be poisoned; new buffers are empty anyway
        _watched = true;
    }

    public void Run()
    {
        var jpeg = _fresh ?? _photographs[0];
        var buffers = _kept ?? new(engine, jpeg, preprocess);
        if (KeepBuffers) { _kept = buffers; }
        buffers.Decoder.Decode(jpeg, "synthetic", buffers.Photograph);
        if (Plain) { buffers.Plain.Prepare(new ReadOnlySpan<RgbImage>(in buffers.Photograph), buffers.Inputs); }
        else { buffers.Fused.Prepare(buffers.Photograph, buffers.Inputs); }
        engine.Run(buffers.Inputs, buffers.Outputs);
        engine.Synchronize();
        var detections = buffers.Postprocessor.Detr(buffers.Outputs, 0, buffers.Photograph.Size);
        if (_watched) { Keep(buffers, detections); }
        if (Collect) { GC.Collect(); }
    }

    public void Finish(double ms) => Release();

    /// <summary>Allocates nothing: it is on the clock.</summary>
    void Keep(Buffers buffers, ReadOnlySpan<Detection> detections)
    {
        (_watched, _seen, _foundCount) = (false, buffers, detections.Length);
        detections.CopyTo(_found);
        _outputs.Clear();
    }

    /// <summary>Buffers of an image do not outlive it longer than they must.</summary>
    void Release()
    {
        _outputs.Clear();
        _seen = null;
    }

    sealed class Buffers
    {
        internal readonly ImageDecoder Decoder = new();
        internal readonly RgbImage Photograph = new();
        internal readonly Preprocessor Fused;
        internal readonly PlainPreprocessor Plain;
        internal readonly Postprocessor Postprocessor = new(new());
        internal readonly TensorSet Inputs, Outputs;

        internal Buffers(IInferenceEngine engine, byte[] jpeg, PreprocessOptions preprocess)
        {
            (Fused, Plain) = (new(preprocess), new(preprocess));
            Decoder.Decode(jpeg, "synthetic", Photograph);
            var canvas = Fused.CanvasSize(Photograph);
            Inputs = new(
                new HostTensor("pixel_values", ElementType.Float32, 1, 3, canvas.Height, canvas.Width),
                new HostTensor("pixel_mask", ElementType.Int64, 1, canvas.Height, canvas.Width));
            Outputs = engine.AllocateOutputs(Inputs);
        }
    }
}
