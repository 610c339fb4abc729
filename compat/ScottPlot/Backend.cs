using System.ComponentModel;
using System.Diagnostics;

namespace DetrPerfLab.Compat;

/// <summary>What stands behind this stand-in; found by harness/DetrPerfLab.Core/Results/PackageFacts.cs.</summary>
static class Backend
{
    internal static IReadOnlyDictionary<string, string> Versions()
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("gnuplot", "--version") { RedirectStandardOutput = true })!;
            var version = process.StandardOutput.ReadToEnd().Trim();
            process.WaitForExit();
            return new Dictionary<string, string> { ["plot backend"] = version };
        }
        catch (Win32Exception)
        {
            return new Dictionary<string, string> { ["plot backend"] = "missing: run eng/setup.sh" };
        }
    }
}
