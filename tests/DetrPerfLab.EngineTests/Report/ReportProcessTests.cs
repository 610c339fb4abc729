using System.Diagnostics;
using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Report;

/// <summary>The command in a process of its own, where what native code prints is seen, too.</summary>
public class ReportProcessTests
{
    [Fact]
    public async Task Report_AllCharts_PrintsItsFourLinesAndNothingElse()
    {
        using var folder = new TempFolder();
        FakeResults.Write(folder.File("results"));
        string[] arguments = [Path.Combine(AppContext.BaseDirectory, "detrlab.dll"), "report", "--results", folder.File("results"), "--plots", folder.File("plots")];

        using var process = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var lines = (await process.StandardOutput.ReadToEndAsync()).TrimEnd().Split('\n');
        await process.WaitForExitAsync();

        Assert.Equal(0, process.ExitCode);
        Assert.Equal("", await error);
        Assert.Equal(4, lines.Length);
        Assert.StartsWith("On Fake CPU 9000 with 8 cores, use ", lines[0]);
        Assert.Equal([folder.File(Path.Combine("results", "report.md")), folder.File(Path.Combine("results", "report.html")), $"39 pictures in {folder.File("plots")}"], lines[1..]);
    }
}
