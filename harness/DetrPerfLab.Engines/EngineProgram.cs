using System.Diagnostics;
using System.Runtime.InteropServices;

namespace DetrPerfLab.Engines;

/// <summary>This assembly as a program: the process of its own that a variant is measured in, or that a TorchScript file is tried in. Commands, benchmarks and tests all find it beside themselves.</summary>
public static class EngineProgram
{
    const string WorkerVerb = "worker";

    public static ProcessStartInfo Worker => With(WorkerVerb);

    internal static ProcessStartInfo With(string argument) => new(
        Environment.ProcessPath is { } own && Path.GetFileNameWithoutExtension(own) == "dotnet" ? own : "dotnet", [typeof(EngineProgram).Assembly.Location, argument]);

    static int Main(string[] args)
    {
        if (args[0] != WorkerVerb) { return ScriptCheck.Try(args[0]); }
        // Ctrl+C reaches the whole group: whoever asks decides what ends, and its end closes our input.
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => signal.Cancel = true);
        return (int)Measure.Worker.Serve(Console.In, Console.Out, request => VariantCase.Of(request).Open().Forward());
    }
}
