using System.Runtime.InteropServices;

namespace DetrPerfLab.Measure;

/// <summary>Finds out what machine this is.</summary>
public static class MachineProbe
{
    public static MachineInfo Read(IReadOnlyDictionary<string, string>? packages = null) => Read(packages, root: "/");

    internal static MachineInfo Read(IReadOnlyDictionary<string, string>? packages, string root)
    {
        var processor = CpuIdentity.FromProcessor();
        var kernel = ProcFile.Text(root, "proc/cpuinfo") is { } text ? CpuIdentity.FromCpuInfo(text) : default;
        var limits = ControlGroups.Read(root);
        var memory = PhysicalMemory(root) ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        return new()
        {
            CpuModel = kernel.Model ?? processor.Model ?? RuntimeInformation.ProcessArchitecture.ToString(),
            CpuId = kernel.CpuId ?? processor.CpuId,
            Cores = AllowedCoreList(ProcFile.Lines(root, "proc/self/status"))?.Count ?? Environment.ProcessorCount,
            Isa = kernel.Isa is { Count: > 0 } isa ? isa : processor.Isa,
            MemoryBytes = Math.Min(memory, limits.MemoryBytes ?? long.MaxValue),
            CpuQuota = limits.CpuQuota,
            Governor = ProcFile.Text(root, "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
            Hypervisor = processor.Hypervisor ?? kernel.Hypervisor,
            Os = $"{RuntimeInformation.OSDescription.Trim()}, kernel {Environment.OSVersion.Version}",
            Runtime = RuntimeInformation.FrameworkDescription,
            Packages = packages ?? new Dictionary<string, string>(),
        };
    }

    /// <summary>The logical processors of the affinity mask, from a line such as <c>Cpus_allowed_list: 0-3,8</c>; null where there is none.</summary>
    internal static List<int>? AllowedCoreList(IEnumerable<string> status)
    {
        const string Field = "Cpus_allowed_list:";
        const int MostCores = 1 << 16;
        if (status.FirstOrDefault(l => l.StartsWith(Field, StringComparison.Ordinal)) is not { } line) { return null; }
        var cores = new List<int>();
        foreach (var range in line[Field.Length..].Trim().Split(','))
        {
            var ends = range.Split('-');
            if (!int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
                || !int.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var last) || last < first || last >= MostCores)
            {
                return null;
            }

            cores.AddRange(Enumerable.Range(first, last - first + 1));
        }

        return cores;
    }

    static long? PhysicalMemory(string root) =>
        ProcFile.FirstLine(root, "proc/meminfo", "MemTotal:") is { } line
        && long.TryParse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], out var kib) ? kib * 1024 : null;
}
