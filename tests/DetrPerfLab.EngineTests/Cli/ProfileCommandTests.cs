using System.Text.Json;
using DetrPerfLab.EngineTests.Ort;
using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Cli;

public sealed class ProfileCommandTests(TinyDetr tiny) : IClassFixture<TinyDetr>
{
    [Fact]
    public void Profile_OnnxFileAsJson_SharesAddUpFromPreToPost()
    {
        var run = CliRun.Of("profile", "--model", tiny.WithoutMask, "--size", "96", "--runs", "1", "--json");

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        var profile = JsonDocument.Parse(run.Output).RootElement;
        foreach (var table in new[] { "modules", "operators" })
        {
            var rows = profile.GetProperty(table).EnumerateArray().ToList();
            Assert.Equal(("pre", "post"), (rows[0].GetProperty("name").GetString(), rows[^1].GetProperty("name").GetString()));
            // The remainder makes the sums exact but for rounding.
            Assert.Equal(1, rows.Sum(r => r.GetProperty("share").GetDouble()), 1e-9);
            Assert.Equal(profile.GetProperty("wallMs").GetDouble(), rows.Sum(r => r.GetProperty("ms").GetDouble()), 1e-6);
        }

        Assert.True(profile.GetProperty("flops").GetDouble() > 1e6);
    }

    [Fact]
    public void Profile_OnnxFileAsText_ShowsBothTablesAndTheProfilersCost()
    {
        var run = CliRun.Of("profile", "--model", tiny.WithMask, "--size", "96", "--runs", "1");

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Matches(@"(?m)^With the profiler .* ms, without .* ms", run.Output);
        Assert.Matches(@"(?m)^backbone\.layer3 .* %", run.Output);
        Assert.Matches(@"(?m)^unattributed .* %", run.Output);
        Assert.Equal(2, System.Text.RegularExpressions.Regex.Count(run.Output, @"(?m)^sum .* 100\.0 %"));
    }

    [Fact]
    public void Profile_RealDetectorOfAnotherFamily_NamesWhatIsNotCounted()
    {
        var run = CliRun.Of("profile", "--model", TestPaths.SharedData("models", "deimv2_hgnetv2_atto_coco.onnx"), "--runs", "1");

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Matches(@"GFLOP counted .*without .*GridSample", run.Output);
        Assert.Matches(@"(?m)^decoder ", run.Output);
    }

    [Theory]
    [InlineData("Unknown engine 'tensorflow'. Known: ort, torch.", "--engine", "tensorflow")]
    [InlineData("Option '--runs' is 0, needed 1 to 1000.", "--runs", "0")]
    [InlineData("Option '--threads' is -1", "--threads", "-1")]
    [InlineData("Option 'size' is 0", "--size", "0")]
    public void Profile_Mistake_Exit2AndAMessage(string expected, params string[] args)
    {
        var run = CliRun.Of(["profile", "--model", tiny.WithMask, .. args]);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(expected, run.Error);
    }

    [Fact]
    public void Profile_EagerOfAnOnnxFile_Exit3AndWhatItNeeds()
    {
        var run = CliRun.Of("profile", "--model", tiny.WithMask, "--engine", "torch");

        Assert.Equal(3, run.ExitCode);
        Assert.Contains("needs a checkpoint", run.Error);
    }

    [Fact]
    public void Profile_NoSuchFile_Exit2AndAMessage()
    {
        var run = CliRun.Of("profile", "--model", "/nowhere/model.onnx");

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("'/nowhere/model.onnx' was not found", run.Error);
    }
}
