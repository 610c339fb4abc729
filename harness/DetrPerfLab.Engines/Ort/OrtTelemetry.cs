using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace DetrPerfLab.Engines;

/// <summary>Keeps ONNX Runtime from reporting on the lab's users: its official builds collect by default, into files under HOME that a thread uploads.</summary>
/// <remarks>
/// Source: docs/Privacy.md in the package. The switch counts when the runtime starts; the API, <c>DisableTelemetryEvents</c>, comes after its first event and leaves
/// the thread and the files. So it is set before any code of this assembly runs, the only one that touches ONNX Runtime.
/// </remarks>
static class OrtTelemetry
{
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "The lab promises it of every process; a call to remember is one to forget.")]
    internal static void TurnOff() => NativeEnvironment.Set("ORT_DISABLE_TELEMETRY", "1");
}
