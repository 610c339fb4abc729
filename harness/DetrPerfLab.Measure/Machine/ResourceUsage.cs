using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DetrPerfLab.Measure;

/// <summary>What the kernel counts for this process, all threads.</summary>
/// <param name="InvoluntarySwitches">Times that a thread lost its core while it had work.</param>
/// <param name="PeakRssBytes">Most that was resident since the start.</param>
readonly partial record struct ResourceUsage(long InvoluntarySwitches, long PeakRssBytes)
{
    const int Self = 0; // RUSAGE_SELF

    /// <summary>Null where there is no <c>getrusage</c> (Windows).</summary>
    internal static ResourceUsage? Read()
    {
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsMacOS()) { return null; }
        if (getrusage(Self, out var usage) != 0) { return null; }
        return new(usage[17], OperatingSystem.IsMacOS() ? usage[4] : usage[4] * 1024); // macOS counts bytes, Linux KiB
    }

    /// <summary><c>struct rusage</c> of 64-bit Linux and macOS: two timeval of 16 bytes, then maxrss (4) … nvcsw (16), nivcsw (17).</summary>
    [InlineArray(18)]
    struct Rusage
    {
        long _element0;
    }

    [LibraryImport("libc")]
    private static partial int getrusage(int who, out Rusage usage);
}
