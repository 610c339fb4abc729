using DetrPerfLab.Cli;

namespace DetrPerfLab.EngineTests.Cli;

/// <summary>Runs <c>detrlab</c> inside the test process.</summary>
sealed record CliRun(int ExitCode, string Output, string Error)
{
    internal static CliRun Of(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exitCode = LabCommand.Run(args, output, error);
        return new(exitCode, output.ToString(), error.ToString());
    }
}
