using DetrPerfLab.Core;
using DetrPerfLab.Detecting;
using DetrPerfLab.Measure;

namespace DetrPerfLab.Benchmarks.Infrastructure;

/// <summary>A photograph's file in, detections out: decode, preprocess, run, postprocess.</summary>
/// <param name="engine">Not disposed here.</param>
/// <param name="jpeg">The file's bytes.</param>
/// <param name="preprocess">How the photograph becomes the network's input.</param>
/// <param name="plain">Plain loops instead of the fused path.</param>
/// <param name="keepBuffers">Whether buffers live longer than an image; a straightforward port makes new ones.</param>
sealed class PipelineOperation(IInferenceEngine engine, byte[] jpeg, PreprocessOptions preprocess, bool plain, bool keepBuffers) : IOperation
{
    readonly IInferenceEngine _engine = BenchmarkModel.IsDetr ? engine : throw LabError.SuiteNeedsDetr(BenchmarkModel.Current.Name);
    Buffers? _kept;

    public void Run()
    {
        var buffers = _kept ?? new(_engine, jpeg, preprocess);
        if (keepBuffers) { _kept = buffers; }
        buffers.Decoder.Decode(jpeg, "synthetic", buffers.Photograph);
        if (plain) { buffers.Plain.Prepare(new ReadOnlySpan<RgbImage>(in buffers.Photograph), buffers.Inputs); }
        else { buffers.Fused.Prepare(buffers.Photograph, buffers.Inputs); }
        _engine.Run(buffers.Inputs, buffers.Outputs);
        _engine.Synchronize();
        buffers.Postprocessor.Detr(buffers.Outputs, 0, buffers.Photograph.Size);
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
