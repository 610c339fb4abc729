using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Cli;

public class ReportCommandTests
{
    [Fact]
    public void Report_NoCharts_PrintsTheAnswerAndWhereThePagesAre()
    {
        using var folder = new TempFolder();
        FakeResults.Write(folder.Path);

        var run = CliRun.Of("report", "--results", folder.Path, "--no-charts", "--max-memory", "500");

        Assert.Equal(0, run.ExitCode);
        Assert.StartsWith("On Fake CPU 9000 with 8 cores, within 500 MiB, use ort-int8-static", run.Output);
        Assert.Contains(folder.File("report.html"), run.Output);
        Assert.DoesNotContain("<picture>", File.ReadAllText(folder.File("report.md")));
    }

    [Fact]
    public void Report_CompareWithItself_IsOneEverywhere()
    {
        using var folder = new TempFolder();
        FakeResults.Write(folder.Path, FakeResults.Engine);

        var run = CliRun.Of("report", "--results", folder.Path, "--no-charts", "--compare", folder.Path);

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("| 1.00×<br>", File.ReadAllText(folder.File("report.md")));
    }

    [Fact]
    public void Report_Baseline_CountsFromItAndRefusesWhatWasNotMeasured()
    {
        using var folder = new TempFolder();
        FakeResults.Write(folder.Path, FakeResults.Engine);

        var run = CliRun.Of("report", "--results", folder.Path, "--no-charts", "--baseline", "torch-naive");
        var unknown = CliRun.Of("report", "--results", folder.Path, "--no-charts", "--baseline", "ort-fp16");

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("use ort-fp32: 4.8", run.Output);
        Assert.Contains("as fast as torch-naive", run.Output);
        Assert.Equal(2, unknown.ExitCode);
        Assert.Contains("Unknown measured variant 'ort-fp16'", unknown.Error);
    }

    [Fact]
    public void Report_Fleet_SaysWhichMachineAndKeepsThemApart()
    {
        using var folder = new TempFolder();
        FakeResults.Write(folder.Path, FakeResults.Precision);
        FakeResults.Write(folder.Path, FakeResults.Precision.Select(r => r with { SamplesMs = [.. r.SamplesMs.Select(ms => ms * 3)] }), FakeResults.Machine with { CpuModel = "Fake CPU 100", Cores = 2 });
        string[] machines = [.. Directory.GetDirectories(folder.Path).Order(StringComparer.Ordinal)];
        Assert.Equal(2, machines.Length);
        string[] names = [.. machines.Select(m => Path.GetFileName(m))];
        var slow = Array.FindIndex(names, n => n.Contains("100", StringComparison.Ordinal));

        // results/* names reports, too: what is no machine's folder is passed over.
        File.WriteAllText(folder.File("report.md"), "");
        var run = CliRun.Of(["report", "--fleet", .. machines, folder.File("report.md"), "--price", $"{names[slow]}=0.1", $"{names[1 - slow]}=1", "--max-latency", "600", "--out", folder.File("out")]);
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Matches($"Fastest within 600 ms and within 1 point of accuracy: .* on {names[1 - slow]}, ", run.Output);
        Assert.Matches($"Cheapest within 600 ms and within 1 point of accuracy: .* on {names[slow]}, ", run.Output);
        var page = File.ReadAllText(folder.File("out/fleet.md"));
        Assert.All(names, name => Assert.Contains(name, page));
        Assert.All((string[])["fleet.svg", "fleet-dark.svg", "fleet.png", "fleet.html"], file => Assert.True(File.Exists(folder.File($"out/{file}")), file));

        // 171 ms at 1 an hour: a million are 47.5 hours; three times as long at a tenth is less.
        Assert.Contains("47.", page);

        var unknown = CliRun.Of(["report", "--fleet", .. machines, "--price", "none=1", "--out", folder.File("no")]);
        Assert.Equal(2, unknown.ExitCode);
        Assert.Contains("Unknown machine of --price 'none'", unknown.Error);
        Assert.Contains("fits 2 machines", CliRun.Of(["report", "--fleet", .. machines, "--price", "fake=1", "--out", folder.File("no")]).Error);
        Assert.Contains("such as epyc=0.34", CliRun.Of(["report", "--fleet", .. machines, "--price", "fake=-1", "--out", folder.File("no")]).Error);
        Assert.False(Directory.Exists(folder.File("no")));
    }

    [Fact]
    public void Report_FleetOfEquals_DecidesNothingBetweenThem()
    {
        using var folder = new TempFolder();
        FakeResults.Write(folder.Path, FakeResults.Precision);
        FakeResults.Write(folder.Path, FakeResults.Precision, FakeResults.Machine with { CpuModel = "Fake CPU 100" });
        string[] machines = [.. Directory.GetDirectories(folder.Path).Order(StringComparer.Ordinal)];
        var run = CliRun.Of(["report", "--fleet", .. machines, "--no-charts", "--out", folder.File("out")]);
        Assert.Matches(@"Fastest .*; not told apart from it: ort-int8-static on \S+\.", run.Output);

        var slow = CliRun.Of(["report", "--fleet", .. machines, "--max-latency", "1", "--no-charts", "--out", folder.File("out")]);
        Assert.Contains("Nothing is shown to keep to the limits; the least time was measured of ", slow.Output);
        Assert.Contains("(--max-latency)", slow.Output);
    }

    [Fact]
    public void Report_FleetOfTwoModels_IsRefused()
    {
        using var folder = new TempFolder();
        FakeResults.Write(folder.Path, FakeResults.Precision);
        FakeResults.Write(folder.Path, FakeResults.Precision.Select(r => r with { Options = ["--model", "mine.onnx"] }), FakeResults.Machine with { CpuModel = "Fake CPU 100" });
        var run = CliRun.Of(["report", "--fleet", .. Directory.GetDirectories(folder.Path), "--out", folder.File("out")]);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("measured different models last", run.Error);
        Assert.Contains("mine.onnx on ", run.Error);
    }

    [Fact]
    public void Report_NoSuchFolder_Exit2AndWhatToDo()
    {
        var run = CliRun.Of("report", "--results", "/no/such/folder");

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("./run-all.sh", run.Error);
    }
}
