using System.Runtime.InteropServices;

namespace DetrPerfLab.Engines;

/// <summary>Variables that native libraries read when they are loaded.</summary>
/// <remarks>.NET keeps an environment of its own outside Windows, which only child processes get to see; native code asks the C library.</remarks>
static partial class NativeEnvironment
{
    internal static void Set(string name, string value)
    {
        Environment.SetEnvironmentVariable(name, value);
        var failed = OperatingSystem.IsWindows() ? _putenv_s(name, value) : setenv(name, value, overwrite: 1);
        if (failed != 0) { throw new InvalidOperationException($"{name} could not be set: error {Marshal.GetLastPInvokeError()}"); }
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int setenv(string name, string value, int overwrite);

    [LibraryImport("ucrtbase", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int _putenv_s(string name, string value);
}
