using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Engines;

/// <summary>A small DETR, exported once with and once without <c>pixel_mask</c>.</summary>
public sealed class TinyDetr : IDisposable
{
    readonly TempFolder _folder = new();

    public TinyDetr()
    {
        Weights = SyntheticWeights.Create(new DetrConfig
        {
            Name = "tiny",
            BackboneDepth = 18,
            HiddenDim = 64,
            EncoderLayers = 2,
            DecoderLayers = 2,
            FeedForwardDim = 128,
            Queries = 10,
            Classes = 5,
        });
        OnnxFile.Save(DetrExporter.Export(Weights, new ExportOptions { StageOutputs = true }), WithMask);
        OnnxFile.Save(DetrExporter.Export(Weights, new ExportOptions { PixelMask = false }), WithoutMask);
        OnnxFile.Save(DetrExporter.Export(Weights, new ExportOptions { OrtOperators = true }), Fused);
        OnnxFile.Save(DetrExporter.Export(Weights, new ExportOptions { OrtOperators = true, PixelMask = false }), FusedWithoutMask);
    }

    public WeightStore Weights { get; }

    /// <summary>With ONNX Runtime's own operators.</summary>
    public string Fused => _folder.File("fused.onnx");

    public string FusedWithoutMask => _folder.File("fused-no-mask.onnx");

    public string WithMask => _folder.File("mask.onnx");

    public string WithoutMask => _folder.File("no-mask.onnx");

    public void Dispose() => _folder.Dispose();
}
