using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Engines;

/// <summary>A small DETR, exported once with and once without <c>pixel_mask</c>.</summary>
public sealed class TinyDetr : IDisposable
{
    static readonly DetrConfig s_config = new()
    {
        Name = "tiny",
        BackboneDepth = 18,
        HiddenDim = 64,
        EncoderLayers = 2,
        DecoderLayers = 2,
        FeedForwardDim = 128,
        Queries = 10,
        Classes = 5,
    };

    readonly TempFolder _folder = new();

    public TinyDetr()
    {
        Weights = SyntheticWeights.Create(s_config);
        OnnxFile.Save(DetrExporter.Export(Weights, new ExportOptions { StageOutputs = true }), WithMask);
        OnnxFile.Save(DetrExporter.Export(Weights, new ExportOptions { PixelMask = false }), WithoutMask);
        OnnxFile.Save(DetrExporter.Export(Weights, new ExportOptions { OrtOperators = true }), Fused);
        OnnxFile.Save(DetrExporter.Export(Weights, new ExportOptions { OrtOperators = true, PixelMask = false }), FusedWithoutMask);
    }

    /// <summary>Smaller still: where a model is needed, and which does not matter.</summary>
    internal static DetrConfig OneLayer { get; } = s_config with { EncoderLayers = 1, DecoderLayers = 1, FeedForwardDim = 64 };

    public WeightStore Weights { get; }

    /// <summary>With ONNX Runtime's own operators.</summary>
    public string Fused => _folder.File("fused.onnx");

    public string FusedWithoutMask => _folder.File("fused-no-mask.onnx");

    public string WithMask => _folder.File("mask.onnx");

    public string WithoutMask => _folder.File("no-mask.onnx");

    public void Dispose() => _folder.Dispose();
}
