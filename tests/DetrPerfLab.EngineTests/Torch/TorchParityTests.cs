using System.Runtime.InteropServices;
using System.Text.Json;
using DetrPerfLab.Engines.Torch;
using DetrPerfLab.Models;

namespace DetrPerfLab.Tests.Torch;

/// <summary>Agreement with the outputs of the original code, for full-size models with synthetic-v1 weights.</summary>
public class TorchParityTests
{
    // The project's own promise (detrlab parity); the original's distance between float32 and float64 is 1.5e-5 and 1.6e-6.
    const double LogitsTolerance = 2e-4;
    const double BoxesTolerance = 2e-5;

    static readonly Lazy<WeightStore> s_weights = new(() => SyntheticWeights.Create(DetrConfig.DetrR50));

    [Theory]
    [InlineData("torch-fp32", "r50_512x682")]
    [InlineData("torch-fp32", "r50_batch2_padded")]
    [InlineData("torchscript-fp32", "r50_batch2_padded")]
    public void Run_CaseOfTheOriginal_Agrees(string variant, string name)
    {
        var folder = TestPaths.SharedData("parity");
        using var manifest = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "manifest.json")));
        var expected = manifest.RootElement.GetProperty("cases").EnumerateArray().Single(c => c.GetProperty("name").GetString() == name);
        var sizes = expected.GetProperty("image_sizes_hw").EnumerateArray().Select(s => new ImageSize(s[0].GetInt32(), s[1].GetInt32())).ToArray();
        var inputs = SyntheticImages.CreateBatch(sizes);
        using var engine = TorchVariants.Create(variant, s_weights.Value, new TorchOptions());
        var outputs = TensorSet.AllocateOutputs(engine.Inputs, inputs, engine.Outputs);

        var stages = (engine as IStagedEngine)?.RunStages(inputs, outputs) ?? [];
        if (stages.Count == 0) { engine.Run(inputs, outputs); }

        Assert.InRange(TorchCases.MaxDifference(outputs["logits"].Floats, Read(folder, expected.GetProperty("logits"))), 0, LogitsTolerance);
        Assert.InRange(TorchCases.MaxDifference(outputs["pred_boxes"].Floats, Read(folder, expected.GetProperty("boxes"))), 0, BoxesTolerance);
        foreach (var stage in stages)
        {
            var reference = expected.GetProperty("stages").GetProperty(stage.Name);
            Assert.Equal(reference.GetProperty("shape").EnumerateArray().Select(d => d.GetInt64()), stage.Shape.ToArray());
            var first = reference.GetProperty("first8").EnumerateArray().Select(v => v.GetSingle()).ToArray();
            // Inner tensors are larger than the outputs (up to about 10), so that rounding differs in absolute terms.
            Assert.InRange(TorchCases.MaxDifference(stage.Floats[..8], first), 0, 1e-4);
        }
    }

    static float[] Read(string folder, JsonElement tensor) =>
        MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(Path.Combine(folder, tensor.GetProperty("file").GetString()!))).ToArray();
}
