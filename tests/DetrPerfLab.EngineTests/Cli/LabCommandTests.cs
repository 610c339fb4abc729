namespace DetrPerfLab.EngineTests.Cli;

public class LabCommandTests
{
    [Fact]
    public void Run_UnknownVerb_Exit2AndUsage()
    {
        var run = CliRun.Of("detekt");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("detekt", run.Error);
        Assert.Contains("Usage: detrlab --help", run.Error);
    }

    [Fact]
    public void Run_UnknownOptionOfAVerb_NamesTheVerbInUsage()
    {
        var run = CliRun.Of("doctor", "--jsn");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("Usage: detrlab doctor --help", run.Error);
    }

    [Fact]
    public void Run_Help_ListsEveryVerb()
    {
        var run = CliRun.Of("--help");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("doctor", run.Output);
    }
}
