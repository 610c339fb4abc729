using System.Diagnostics;
using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Cli;

/// <summary>What a command answered.</summary>
sealed record CliRun(int ExitCode, string Output, string Error)
{
    /// <summary>Runs <c>detrlab</c> inside the test process.</summary>
    internal static CliRun Of(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exitCode = LabCommand.Run(args, output, error);
        return new(exitCode, output.ToString(), error.ToString());
    }

    /// <summary>Runs any program in the repository's root, without input, until it ends.</summary>
    internal static CliRun OfProgram(string program, params string[] args)
    {
        using var process = Process.Start(new ProcessStartInfo(program, args)
        {
            WorkingDirectory = TestPaths.RepoRoot,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["MSBUILDDISABLENODEREUSE"] = "1" }, // build processes that stay would hold these pipes open
        })!;
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync(); // beside the other, or a full pipe stops both
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new(process.ExitCode, output, error.Result);
    }
}
