using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Engines;

/// <summary>A small DETR, exported once with and once without <c>pixel_mask</c>.</summary>
public sealed class TinyDetr : IDisposable
{
    readonly TempFolder _folder = new();

    public TinyDetr()
    {
        var weights = SyntheticWeights.Create(new DetrConfig
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
        OnnxFile.Save(DetrExporter.Export(weights, new ExportOptions { StageOutputs = true }), WithMask);
        OnnxFile.Save(DetrExporter.Export(weights, new ExportOptions { PixelMask = false }), WithoutMask);
    }

    public string WithMask => _folder.File("mask.onnx");

    public string WithoutMask => _folder.File("no-mask.onnx");

    public void Dispose() => _folder.Dispose();
}
