using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Engines;

/// <summary>Agreement with the outputs of the original code, for the full-size model with synthetic-v1 weights.</summary>
public class TorchParityTests
{
    [Theory]
    [InlineData("torch-fp32", "r50_512x682")]
    [InlineData("torch-fp32", "r50_batch2_padded")]
    [InlineData("torchscript-fp32", "r50_batch2_padded")]
    [InlineData("torch-fp32-fused", "r50_batch2_padded")]
    public void Run_CaseOfTheOriginal_Agrees(string variant, string name)
    {
        using var folder = new TempFolder();

        var rows = new ParityRunner(TestPaths.SharedData("parity"), new ArtefactCache(folder.Path)).Run(name, variant).ToList();

        Assert.All(rows, row => Assert.True(row.Holds, row.ToString()));
        // Inner tensors have no promised bound. Their values reach about 10, ten times the outputs', and so does what rounding may do to them.
        Assert.All(rows.Where(row => row.Bound is null), row => Assert.InRange(row.MaxAbs, 0, 1e-4));
        Assert.Equal(variant == "torch-fp32" ? ["backbone_feature", "position_encoding", "encoder_memory", "logits", "boxes"] : ["logits", "boxes"], rows.Select(row => row.Stage));
    }
}
