using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Cli;

public class ParityCommandTests
{
    const string Case = """
        {"reference":"r","weights":"synthetic-v1","cases":[{"name":"c","model":"MODEL","image_sizes_hw":SIZES,
         "logits":{"file":"LOGITS","shape":[1,100,92]},"boxes":{"file":"b.f32","shape":[1,100,4]}}]}
        """;

    [Theory]
    [InlineData("{", "manifest.json")]
    [InlineData("{\"reference\":\"r\",\"cases\":[]}", "weights")]
    [InlineData("{\"reference\":\"r\",\"weights\":\"mine\",\"cases\":[]}", "synthetic-v1")]
    public void Parity_DamagedManifest_Exit2(string manifest, string named) => AssertRefused(manifest, named);

    [Theory]
    [InlineData("yolo", "[[64,64]]", "l.f32", "yolo")]
    [InlineData("detr_resnet50", "[[64]]", "l.f32", "image sizes")]
    [InlineData("detr_resnet50", "[[64,1000000]]", "l.f32", "image sizes")]
    [InlineData("detr_resnet50", "[]", "l.f32", "image sizes")]
    public void Parity_CaseOutOfBounds_Exit2(string model, string sizes, string logits, string named) =>
        AssertRefused(Case.Replace("MODEL", model).Replace("SIZES", sizes).Replace("LOGITS", logits), named);

    [Fact]
    public void Parity_UnknownEngine_ListsVariants()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder.File("manifest.json"), "{\"reference\":\"r\",\"weights\":\"synthetic-v1\",\"cases\":[]}");
        var run = CliRun.Of("parity", "--cases", folder.Path, "--engine", "tensorrt");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("ort-fp32", run.Error);
    }

    [Fact]
    public void Parity_SmallestSharedCase_HoldsForOnnxRuntime()
    {
        var run = CliRun.Of("parity", "--cases", TestPaths.SharedData("parity"), "--engine", "ort-fp32");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("All within their bounds.", run.Output);
    }

    static void AssertRefused(string manifest, string named)
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder.File("manifest.json"), manifest);
        var run = CliRun.Of("parity", "--cases", folder.Path);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains(named, run.Error);
    }
}
