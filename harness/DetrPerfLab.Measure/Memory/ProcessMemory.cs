using System.Diagnostics;

namespace DetrPerfLab.Measure;

/// <summary>Memory of a process that lies in RAM, bytes; null where the system does not tell.</summary>
/// <param name="PeakRssBytes">Most that was resident since the start of the process or the last <see cref="ProcessMemory.TryResetPeak"/>.</param>
/// <param name="AnonymousBytes">Of it, without a file behind it: managed and native heaps.</param>
/// <param name="FileBytes">Of it, mapped from files: libraries and mapped weights.</param>
public readonly record struct MemoryReading(long? RssBytes, long? PeakRssBytes, long? AnonymousBytes, long? FileBytes);

/// <summary>Reads resident memory: Linux from /proc, Windows and macOS through the calls behind <see cref="Process"/> and <c>getrusage</c>.</summary>
public static partial class ProcessMemory
{
    public static MemoryReading Read() => OperatingSystem.IsLinux() ? ReadLinux("/proc/self/status") : ReadOther();

    /// <summary>Memory of another process; all null when it is gone.</summary>
    public static MemoryReading Read(int processId)
    {
        if (OperatingSystem.IsLinux()) { return ReadLinux($"/proc/{processId}/status"); }
        try
        {
            using var process = Process.GetProcessById(processId);
            return new(process.WorkingSet64, OperatingSystem.IsWindows() ? process.PeakWorkingSet64 : null, null, null);
        }
        catch (ArgumentException)
        {
            return default;
        }
    }

    /// <summary>Resident bytes of a process where a page that several processes share counts for each by its part, so that the figures of processes can be added up.</summary>
    /// <returns>Null where the system does not tell: only Linux does, of processes that we may look into.</returns>
    /// <remarks>Source: Linux, Documentation/ABI/testing/procfs-smaps_rollup.</remarks>
    public static long? ReadProportionalBytes(int processId) =>
        OperatingSystem.IsLinux() && ProcFile.Text("/", $"proc/{processId}/smaps_rollup") is { } shares ? Field(shares, "\nPss:") : null;

    /// <summary>Makes the peak start anew from what is resident now.</summary>
    /// <returns>False where the system has no such reset (only Linux has): the peak then counts from the start of the process.</returns>
    /// <remarks>Source: Linux, Documentation/filesystems/proc.rst, clear_refs: writing 5 resets VmHWM.</remarks>
    public static bool TryResetPeak()
    {
        if (!OperatingSystem.IsLinux()) { return false; }
        try
        {
            File.WriteAllText("/proc/self/clear_refs", "5");
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // a sandbox may hide the file
        }
    }

    internal static MemoryReading ReadLinux(string path) => ProcFile.Text("/", path) is not { } status ? default
        : new(Field(status, "VmRSS:"), Field(status, "VmHWM:"), Field(status, "RssAnon:"), Field(status, "RssFile:"));

    /// <summary>A line such as <c>VmRSS:    1732 kB</c>, in bytes.</summary>
    static long? Field(string status, string name)
    {
        var at = status.IndexOf(name, StringComparison.Ordinal);
        return at >= 0 && status[(at + name.Length)..].Split((char[])[' ', '\t'], 2, StringSplitOptions.RemoveEmptyEntries) is [var number, ..]
            && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var kib) ? kib * 1024 : null;
    }

    /// <summary>Windows and macOS. Both count bytes: WorkingSet64 is resident memory on either, the peak PeakWorkingSetSize of Windows and ru_maxrss of macOS.</summary>
    internal static MemoryReading ReadOther()
    {
        using var process = Process.GetCurrentProcess();
        var peak = OperatingSystem.IsWindows() ? process.PeakWorkingSet64 : ResourceUsage.Read()?.PeakRssBytes;
        return new(process.WorkingSet64, peak, null, null);
    }
}
