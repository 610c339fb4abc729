using System.Text.Json;
using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Engines;

/// <summary>Full-size models against the original code's outputs.</summary>
public class ParityTests(ParityTests.R50 model) : IClassFixture<ParityTests.R50>
{
    // The reference itself, in float32, lies 1.5e-5 (logits) and 1.6e-6 (boxes) from float64; the order of additions differs between libraries.
    const float LogitsTolerance = 2e-4f;
    const float BoxesTolerance = 2e-5f;

    [Theory]
    [InlineData("r50_512x682", nameof(GraphOptimization.All))]
    [InlineData("r50_512x682", nameof(GraphOptimization.Basic))]
    [InlineData("r50_batch2_padded", nameof(GraphOptimization.All))]
    [InlineData("r50_batch2_padded", nameof(GraphOptimization.Disabled))]
    public void Run_CaseOfTheOriginal_Agrees(string name, string optimization)
    {
        var folder = TestPaths.SharedData("parity");
        using var manifest = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "manifest.json")));
        var found = manifest.RootElement.GetProperty("cases").EnumerateArray().First(c => c.GetProperty("name").GetString() == name);
        ImageSize[] sizes = [.. found.GetProperty("image_sizes_hw").EnumerateArray().Select(s => new ImageSize(s[0].GetInt32(), s[1].GetInt32()))];
        var inputs = SyntheticImages.CreateBatch(sizes);
        using var engine = new OrtEngine(model.Path, new OrtEngineOptions { Optimization = Enum.Parse<GraphOptimization>(optimization) });
        var outputs = engine.AllocateOutputs(inputs);

        engine.Run(inputs, outputs);

        Assert.InRange(MaxDifference("logits", outputs["logits"]), 0, LogitsTolerance);
        Assert.InRange(MaxDifference("boxes", outputs["pred_boxes"]), 0, BoxesTolerance);

        float MaxDifference(string kind, HostTensor actual)
        {
            var bytes = File.ReadAllBytes(Path.Combine(folder, found.GetProperty(kind).GetProperty("file").GetString()!));
            var expected = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(bytes);
            Assert.Equal(expected.Length, actual.Count);
            var max = 0f;
            for (var i = 0; i < expected.Length; i++) { max = MathF.Max(max, MathF.Abs(expected[i] - actual.Floats[i])); }
            return max;
        }
    }

    /// <summary>DETR-R50 with synthetic weights, exported once.</summary>
    public sealed class R50 : IDisposable
    {
        readonly TempFolder _folder = new();

        public R50() => OnnxFile.Save(DetrExporter.Export(SyntheticWeights.Create(DetrConfig.DetrR50), new ExportOptions()), Path);

        public string Path => _folder.File("r50.onnx");

        public void Dispose() => _folder.Dispose();
    }
}
