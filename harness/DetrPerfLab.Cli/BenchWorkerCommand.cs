using System.CommandLine;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace DetrPerfLab.Cli;

/// <summary><c>detrlab bench-case</c>: the process of one variant of <c>detrlab bench</c>, which starts it. Hidden: it speaks to no person.</summary>
static class BenchWorkerCommand
{
    const string Verb = "bench-case";

    internal static Command Create()
    {
        var command = new Command(Verb, "Measures one variant for 'detrlab bench'.") { Hidden = true };
        command.SetAction(parsed =>
        {
            // Ctrl+C reaches the whole group: the parent decides what ends, and its end closes our input.
            using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => signal.Cancel = true);
            return (int)BenchWorker.Serve(Console.In, parsed.InvocationConfiguration.Output, BenchCase.Setup);
        });
        return command;
    }

    /// <summary>This very program with that verb.</summary>
    internal static ProcessStartInfo Program()
    {
        // Started as its own executable, by 'dotnet detrlab.dll', or (in tests) as a library of another program.
        var own = typeof(BenchWorkerCommand).Assembly;
        var path = Environment.ProcessPath ?? "";
        return Path.GetFileNameWithoutExtension(path) == own.GetName().Name
            ? new(path, [Verb])
            : new(Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet", [own.Location, Verb]);
    }
}
