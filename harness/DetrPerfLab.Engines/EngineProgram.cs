using System.Diagnostics;
using System.Runtime.InteropServices;

namespace DetrPerfLab.Engines;

/// <summary>This assembly as a program: the process of its own that a variant is measured in, or that a TorchScript file is tried in. Commands, benchmarks and tests all find it beside themselves.</summary>
public static class EngineProgram
{
    const string WorkerVerb = "worker", UnitVerb = "unit";

    public static ProcessStartInfo Worker => With(WorkerVerb);

    /// <summary>A unit of a gate: this build's program, or that of another build of the lab.</summary>
    /// <param name="assembly">The other build's <c>DetrPerfLab.Engines.dll</c>; null for this one's.</param>
    public static ProcessStartInfo Unit(GateUnitRequest request, string? assembly = null) => Dotnet([assembly ?? typeof(EngineProgram).Assembly.Location, UnitVerb, request.ToArgument()]);

    internal static ProcessStartInfo With(string argument) => Dotnet([typeof(EngineProgram).Assembly.Location, argument]);

    /// <summary>A .NET program on the runtime that runs this one.</summary>
    public static ProcessStartInfo Dotnet(IEnumerable<string> arguments) => new(Host(), arguments);

    /// <summary>The .NET that runs this process, which need not be the one on the path: its host, the one that it names, the one above its runtime's folder.</summary>
    static string Host()
    {
        var name = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
        if (Environment.ProcessPath is { } own && Path.GetFileName(own) == name) { return own; }
        if (Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } named) { return named; }
        var above = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", name)); // of shared/Microsoft.NETCore.App/10.0.0
        return File.Exists(above) ? above : name;
    }

    static int Main(string[] args)
    {
        if (args[0] == UnitVerb) { return GateUnitProgram.Run(args[1]); }
        if (args[0] != WorkerVerb) { return ScriptCheck.Try(args[0]); }
        // Ctrl+C reaches the whole group: whoever asks decides what ends, and its end closes our input.
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => signal.Cancel = true);
        return (int)Measure.Worker.Serve(Console.In, Console.Out, request => VariantCase.Of(request).Open().Forward());
    }
}
