using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Engines;

/// <summary>The archive with 8-bit layers computes what the quantised graph that it was made of computes, whatever stays float.</summary>
public class ScriptInt8Tests
{
    public static TheoryData<string[]> Kept => new()
    {
        new string[] { },
        new string[] { "backbone.conv1" },
        new string[] { "backbone.layer1.0.conv1" },
        new string[] { "backbone.layer1.1.conv2", "backbone.layer2.0.conv1" },
        new string[] { "backbone.layer2.0.downsample" },
        new string[] { "backbone.layer3.0.conv2", "backbone.layer3.0.downsample" },
        new string[] { "input_proj" },
        new string[] { "encoder.0.linear1", "encoder.0.linear2" },
        new string[] { "encoder.0.linear2" },
        new string[] { "backbone.conv1", "backbone.layer4.0.conv1", "backbone.layer4.0.conv2", "backbone.layer4.0.downsample", "backbone.layer4.1.conv1", "backbone.layer4.1.conv2" },
    };

    [Theory]
    [MemberData(nameof(Kept))]
    public void Run_LayersKeptFloat_IsAsNearToFloat32AsTheQuantisedGraph(string[] kept)
    {
        using var folder = new TempFolder();
        var quantized = TorchCases.Quantized(kept);
        OnnxFile.Save(quantized, folder.File("int8.onnx"));
        var int8 = QuantizedLayers.Read(quantized);
        DetrScript.Save(TorchCases.SmallWeights, ScriptPrecision.Float32Fused, folder.File("detr.pt"), int8);
        using var graph = new OrtEngine(folder.File("int8.onnx"), new OrtEngineOptions { IntraOpThreads = TorchCases.OneThread }, "ort-int8-static");
        using var script = ScriptedDetr.Open("torch-int8-static", folder.File("detr.pt"), TorchCases.SmallConfig, new("detr", ScriptPrecision.Float32Fused), TorchCases.OneThread);
        var inputs = SyntheticImages.CreateBatch(new(64, 96), new(50, 70));

        var (exact, expected, actual) = (TorchCases.Run("torch-fp32", inputs), TorchCases.Run(graph, inputs), TorchCases.Run(script, inputs));

        Assert.DoesNotContain(int8.Filters.Keys, kept.Contains);
        Assert.Equal(23 - kept.Length, int8.Filters.Count); // ResNet-18 has 20 convolutions, the projection behind it is one, and its one encoder layer has two feed-forward layers
        // The graph's linear layers are in 8 bits too, and it rounds a residual once more: the archive may not be the worse of the two, noise aside.
        Assert.InRange(RootMeanSquare(actual.Logits, exact.Logits), 1e-4, 1.3 * RootMeanSquare(expected.Logits, exact.Logits));
        Assert.InRange(RootMeanSquare(actual.Boxes, exact.Boxes), 1e-6, 1.5 * RootMeanSquare(expected.Boxes, exact.Boxes));
    }

    static double RootMeanSquare(float[] actual, float[] expected) => Math.Sqrt(actual.Zip(expected, (a, e) => Math.Pow(a - e, 2)).Average());
}
