using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DetrPerfLab.Measure;

/// <summary>What the kernel counts for this process, all threads.</summary>
/// <param name="CpuSeconds">Time on cores, with that of children that were waited for.</param>
/// <param name="MinorFaults">Pages made or mapped without reading a disk.</param>
readonly partial record struct ResourceUsage(double CpuSeconds, long InvoluntarySwitches, long PeakRssBytes, long MinorFaults)
{
    const int Self = 0; // RUSAGE_SELF
    const int Children = -1; // RUSAGE_CHILDREN

    /// <summary>Null where there is no <c>getrusage</c> (Windows).</summary>
    internal static ResourceUsage? Read()
    {
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsMacOS()) { return null; }
        if (getrusage(Self, out var usage) != 0 || getrusage(Children, out var children) != 0) { return null; }
        return new(usage.CpuSeconds + children.CpuSeconds, usage[17], OperatingSystem.IsMacOS() ? usage[4] : usage[4] * 1024, usage[8]); // macOS counts bytes, Linux KiB
    }

    /// <summary><c>struct rusage</c> of 64-bit Linux and macOS: two timeval of 16 bytes, then maxrss (4) … minflt (8) … nvcsw (16), nivcsw (17).</summary>
    [InlineArray(18)]
    struct Rusage
    {
        long _element0;

        // timeval of user and of system time: seconds, then microseconds (of 32 bits and padding on macOS).
        internal readonly double CpuSeconds => this[0] + this[2] + (((int)this[1] + (int)this[3]) * 1e-6);
    }

    [LibraryImport("libc")]
    private static partial int getrusage(int who, out Rusage usage);
}
