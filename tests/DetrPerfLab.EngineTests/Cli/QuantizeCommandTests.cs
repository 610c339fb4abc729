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
        Assert.Equal("fp16", OnnxFile.Load(folder.File("half.onnx")).GetMetadata(ModelQuantizer.PrecisionKey));
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

    [Theory]
    [InlineData("fp16", "ort-fp16")]
    [InlineData("fp16-weights", "ort-fp16-weights")]
    [InlineData("int8-dynamic", "ort-int8-dynamic")]
    [InlineData("int8-static", "ort-int8-static")]
    public void Quantize_RealDetector_GivesTheFileOfTheVariant(string precision, string variant)
    {
        var model = TestPaths.SharedData("models", "deimv2_hgnetv2_atto_coco.onnx");
        using var folder = new TempFolder();

        var run = CliRun.Of("quantize", "--model", model, "--precision", precision, "--out", folder.File("command.onnx"));
        var recipe = new ArtefactCache(folder.Path).Get(VariantModel.Of(model, new CalibrationChoice()), VariantRegistry.Get(variant).Recipe!);

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal(recipe.Info.Sha256, FileHash.Sha256(folder.File("command.onnx")));
    }
}
