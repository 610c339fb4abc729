namespace DetrPerfLab.Measure;

/// <summary>Processes that a process started and that still live, with those that they started.</summary>
static class Descendants
{
    /// <summary>Time of this process's living descendants on cores, with that of children that they waited for; 0 where the system does not tell.</summary>
    /// <remarks>A child that was waited for has left this sum and is part of <see cref="ResourceUsage.CpuSeconds"/>: both together only rise.</remarks>
    internal static double CpuSeconds(string root) => Children(root, "self").Sum(child => SecondsOf(root, child, []));

    static double SecondsOf(string root, string process, HashSet<string> seen) =>
        seen.Add(process) ? Own(root, process) + Children(root, process).Sum(child => SecondsOf(root, child, seen)) : 0;

    /// <summary>Source: Linux, Documentation/filesystems/proc.rst, 3.7: each thread lists the processes that it started.</summary>
    static List<string> Children(string root, string process)
    {
        try
        {
            return [.. Directory.EnumerateDirectories(Path.Combine(root, "proc", process, "task"))
                .SelectMany(task => ProcFile.Text(task, "children")?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [])];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return []; // it is gone, or this system has no such files
        }
    }

    /// <summary>Source: proc.rst, 1.8, table 1-4: the name in brackets may hold anything; utime, stime, cutime and cstime are the 12th to 15th field after it.</summary>
    static double Own(string root, string process)
    {
        if (ProcFile.Text(root, $"proc/{process}/stat") is not { } stat) { return 0; }
        var fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Skip(11).Take(4).Sum(f => long.TryParse(f, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var ticks) ? ticks : 0) / SystemCounters.TicksPerSecond;
    }
}
