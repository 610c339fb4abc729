using DetrPerfLab.Onnx;
using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Cli;

public class QuantizeCommandTests
{
    [Fact]
    public void Quantize_Fp16_WritesTheFileAndSaysWhatItDid()
    {
        using var folder = new TempFolder();
        OnnxFile.Save(QuantizationCases.All["residual"].Model(), folder.File("model.onnx"));

        var run = CliRun.Of("quantize", "--model", folder.File("model.onnx"), "--precision", "fp16", "--out", folder.File("half.onnx"));

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Contains("nodes converted", run.Output);
        Assert.Equal("fp16", OnnxFile.Load(folder.File("half.onnx")).GetMetadata(ModelProvenance.Precision));
    }

    [Theory]
    [InlineData("int3", "Unknown precision 'int3'. Known: fp16, fp16-weights, int8-dynamic, int8-static.")]
    [InlineData("int8-dynamic", "no MatMul or Gemm can be quantised dynamically")]
    public void Quantize_WhatCannotBe_IsRefusedAndLeavesNoFile(string precision, string message)
    {
        using var folder = new TempFolder();
        OnnxFile.Save(QuantizationCases.All["silu-concat"].Model(), folder.File("model.onnx"));

        var run = CliRun.Of("quantize", "--model", folder.File("model.onnx"), "--precision", precision, "--out", folder.File("out.onnx"));

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(message, run.Error);
        Assert.False(File.Exists(folder.File("out.onnx")));
    }

    [Fact]
    public void Quantize_StaticOnAModelThatIsNoDetector_ListsTheKnownInterfaces()
    {
        using var folder = new TempFolder();
        OnnxFile.Save(QuantizationCases.All["residual"].Model(), folder.File("model.onnx"));

        var run = CliRun.Of("quantize", "--model", folder.File("model.onnx"), "--precision", "int8-static", "--out", folder.File("out.onnx"));

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("pixel_values", run.Error);
    }

    [Fact]
    public void Quantize_RealDetectorOnSyntheticPictures_IsReproducible()
    {
        var model = TestPaths.SharedData("models", "deimv2_hgnetv2_atto_coco.onnx");
        using var folder = new TempFolder();
        foreach (var name in new[] { "a.onnx", "b.onnx" })
        {
            var run = CliRun.Of("quantize", "--model", model, "--precision", "int8-static", "--calibration-images", "2", "--out", folder.File(name));
            Assert.Equal((0, ""), (run.ExitCode, run.Error));
        }

        Assert.Equal(File.ReadAllBytes(folder.File("a.onnx")), File.ReadAllBytes(folder.File("b.onnx")));
    }
}
