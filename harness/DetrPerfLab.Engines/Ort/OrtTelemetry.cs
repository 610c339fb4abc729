using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DetrPerfLab.Engines;

/// <summary>Keeps ONNX Runtime from reporting on the lab's users: its official builds collect by default, into files under HOME that a thread uploads.</summary>
/// <remarks>
/// Source: docs/Privacy.md in the package. The switch counts when the runtime starts; the API, <c>DisableTelemetryEvents</c>, comes after its first event and leaves
/// the thread and the files. So it is set before any code of this assembly runs, the only one that touches ONNX Runtime.
/// </remarks>
static partial class OrtTelemetry
{
    const string Switch = "ORT_DISABLE_TELEMETRY";

    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "The lab promises it of every process; a call to remember is one to forget.")]
    internal static void TurnOff()
    {
        // .NET keeps an environment of its own outside Windows, which only child processes get to see; native code asks the C library.
        Environment.SetEnvironmentVariable(Switch, "1");
        var failed = OperatingSystem.IsWindows() ? _putenv_s(Switch, "1") : setenv(Switch, "1", overwrite: 1);
        if (failed != 0) { throw new InvalidOperationException($"{Switch} could not be set: error {Marshal.GetLastPInvokeError()}"); }
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int setenv(string name, string value, int overwrite);

    [LibraryImport("ucrtbase", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int _putenv_s(string name, string value);
}
