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
    public void Report_NoSuchFolder_Exit2AndWhatToDo()
    {
        var run = CliRun.Of("report", "--results", "/no/such/folder");

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("./run-all.sh", run.Error);
    }
}
