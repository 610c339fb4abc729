using System.Text.Json;
using DetrPerfLab.EngineTests.Engines;
using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Cli;

public sealed class ProfileCommandTests(TinyDetr tiny) : IClassFixture<TinyDetr>
{
    [Fact]
    public void Profile_OnnxFileAsJson_SharesAddUpFromPreToPost()
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var run = CliRun.Of("profile", "--model", tiny.WithoutMask, "--size", "96", "--runs", "30", "--json");
        clock.Stop();

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        var profile = JsonDocument.Parse(run.Output).RootElement;
        foreach (var table in new[] { "modules", "operators" })
        {
            var rows = profile.GetProperty(table).EnumerateArray().ToList();
            Assert.Equal(("pre", "post"), (rows[0].GetProperty("name").GetString(), rows[^1].GetProperty("name").GetString()));
            Assert.All(rows, r => Assert.True(r.GetProperty("ms").GetDouble() >= 0, r.ToString()));
            Assert.Equal("unattributed", rows[^2].GetProperty("name").GetString());
            Assert.InRange(rows[^2].GetProperty("share").GetDouble(), 0, 0.6); // a few times what is lost between the kernels of so small a model
            // The remainder makes the sums exact but for rounding.
            Assert.Equal(1, rows.Sum(r => r.GetProperty("share").GetDouble()), 1e-9);
            Assert.Equal(profile.GetProperty("wallMs").GetDouble(), rows.Sum(r => r.GetProperty("ms").GetDouble()), 1e-6);
        }

        // The whole holds the engine, not only what comes before and after it.
        // Passes of another moment, on a machine that others use too; a sum in place of a mean would be 30 times too long.
        var around = profile.GetProperty("modules").EnumerateArray()
            .Where(r => r.GetProperty("name").GetString() is "pre" or "post").Sum(r => r.GetProperty("ms").GetDouble());
        Assert.InRange((profile.GetProperty("plainWallMs").GetDouble() - around) / (profile.GetProperty("endToEndMs").GetDouble() - around), 1 / 20.0, 20);
        Assert.InRange(30 * profile.GetProperty("endToEndMs").GetDouble(), 0, clock.Elapsed.TotalMilliseconds); // what it is made of: EndToEndTests
        Assert.True(profile.GetProperty("flops").GetDouble() > 1e6);
    }

    [Fact]
    public void Profile_OnnxFileAsText_ShowsBothTablesAndTheProfilersCost()
    {
        var run = CliRun.Of("profile", "--model", tiny.WithMask, "--size", "96", "--runs", "1");

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Matches(@"(?m)^With the profiler .* ms, without .* ms", run.Output);
        Assert.Matches(@"(?m)measured in passes of their own\. From photograph to detections as one pass, without the profiler: .* ms\.$", run.Output);
        Assert.Matches(@"(?m)^backbone\.layer3 .* \d+\.\d", run.Output);
        Assert.Matches(@"(?m)^unattributed .* \d+\.\d$", run.Output);
        Assert.Equal(2, System.Text.RegularExpressions.Regex.Count(run.Output, @"(?m)^sum .* 100\.0$"));
    }

    [Fact]
    public void Print_WithoutOperators_SaysWhyAndKeepsLongNamesInTheirColumn()
    {
        var output = new StringWriter();
        ProfileTable.Print(
            new()
            {
                Name = "torchscript-fp32",
                Runs = 2,
                WallMs = 5,
                PlainWallMs = 4,
                Modules = [new("a.module.name.longer.than.its.column", 4.5, 0.9, 2, 9e6), new("unattributed", 0.5, 0.1, 0, null)],
                OperatorsGap = "it does not tell",
            },
            output);

        Assert.Equal(
            """
            With the profiler 5.0 ms, without 4.0 ms: it costs 25.0 %. Means of 2 runs each.
            0.00 GFLOP counted on the float32 graph, a multiply-add as two.

            module                                nodes   time, ms share, %      GFLOP   GFLOP/s
            a.module.name.longer.than.its.column      2      4.500     90.0      0.009       2.0
            unattributed                                     0.500     10.0
            sum                                              5.000    100.0

            Not by operator: it does not tell.

            """,
            output.ToString());
    }

    [Fact]
    public void Profile_RealDetectorOfAnotherFamily_NamesWhatIsNotCounted()
    {
        var run = CliRun.Of("profile", "--model", TestPaths.Deim, "--runs", "1");

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Matches(@"GFLOP counted .*without .*GridSample", run.Output);
        Assert.Matches(@"(?m)^decoder ", run.Output);
    }

    [Theory]
    [InlineData("Unknown engine 'tensorflow'. Known: ort, torch.", "--engine", "tensorflow")]
    [InlineData("Option '--runs' is 0, needed 1 to 1000.", "--runs", "0")]
    [InlineData("Option '--threads' is -1", "--threads", "-1")]
    [InlineData("Option '--size' is 0", "--size", "0")]
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
