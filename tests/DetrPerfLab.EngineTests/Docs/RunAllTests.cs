using DetrPerfLab.EngineTests.Cli;

namespace DetrPerfLab.EngineTests.Docs;

/// <summary>run-all.ps1 is run, not only written, and answers as its twin for bash does.</summary>
public class RunAllTests
{
    [Theory]
    [InlineData("pwsh", "./run-all.ps1")]
    [InlineData("bash", "./run-all.sh")]
    public void RunAll_ListFlat_NamesTheSuites(string shell, string script)
    {
        var run = Run(shell, script, "--list", "flat");

        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        Assert.Contains("DetrPerfLab.Benchmarks.PrecisionBenchmarks.Forward", run.Output);
        Assert.Empty(run.Error);
    }

    [Theory]
    [InlineData("pwsh", "./run-all.ps1")]
    [InlineData("bash", "./run-all.sh")]
    public void RunAll_WrongOption_Exit2AndWhatToDo(string shell, string script)
    {
        var run = Run(shell, script, "--wrong");

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("--wrong", run.Error);
        Assert.Contains("--list flat", run.Error);
    }

    static CliRun Run(string shell, string script, params string[] args)
    {
        var found = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .SelectMany(folder => (string[])[Path.Combine(folder, shell), Path.Combine(folder, $"{shell}.exe")])
            .FirstOrDefault(File.Exists);
        Assert.SkipUnless(found is not null, $"{shell} is not on the PATH (PowerShell: dotnet tool install --global PowerShell)");
        return CliRun.OfProgram(found, [script, .. args]);
    }
}
