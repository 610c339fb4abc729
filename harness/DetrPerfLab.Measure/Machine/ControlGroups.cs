namespace DetrPerfLab.Measure;

/// <summary>Limits that a container sets on this process.</summary>
/// <remarks>Source: Linux, Documentation/admin-guide/cgroup-v1 and cgroup-v2.rst. A limit of any ancestor holds, so the least of the chain counts.</remarks>
readonly record struct ControlGroups(double? CpuQuota, long? MemoryBytes)
{
    internal static ControlGroups Read(string root)
    {
        var (quota, memory) = ((double?)null, (long?)null);
        var mounts = ProcFile.Lines(root, "proc/self/mountinfo").Select(Mount.Parse).OfType<Mount>().ToList();
        foreach (var line in ProcFile.Lines(root, "proc/self/cgroup"))
        {
            // hierarchy:controllers:path; version 2 names no controller.
            var parts = line.Split(':', 3);
            if (parts.Length != 3) { continue; }
            var controllers = parts[1].Split(',');
            var unified = parts[1].Length == 0;
            if (mounts.FirstOrDefault(m => unified ? m.Type == "cgroup2" : m.Type == "cgroup" && controllers.Any(m.Options.Contains)) is not { } mount) { continue; }
            foreach (var folder in mount.Chain(parts[2]))
            {
                if (unified)
                {
                    quota = Least(quota, QuotaV2(ProcFile.Text(root, $"{folder}/cpu.max")));
                    memory = Least(memory, Number(ProcFile.Text(root, $"{folder}/memory.max")));
                }
                else
                {
                    if (controllers.Contains("cpu")) { quota = Least(quota, QuotaV1(ProcFile.Text(root, $"{folder}/cpu.cfs_quota_us"), ProcFile.Text(root, $"{folder}/cpu.cfs_period_us"))); }
                    if (controllers.Contains("memory")) { memory = Least(memory, Number(ProcFile.Text(root, $"{folder}/memory.limit_in_bytes"))); }
                }
            }
        }

        return new(quota, memory is > 0 and < 1L << 60 ? memory : null); // version 1 writes "no limit" as the largest multiple of a page
    }

    static double? QuotaV2(string? text) => text?.Split(' ', StringSplitOptions.TrimEntries) is [var quota, var period] ? QuotaV1(quota, period) : null;

    static double? QuotaV1(string? quota, string? period) => Number(quota) is > 0 and var q && Number(period) is > 0 and var p ? q / (double)p : null;

    static long? Number(string? text) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : null;

    static T? Least<T>(T? a, T? b)
        where T : struct, IComparable<T> => a is { } x && (b is not { } y || x.CompareTo(y) <= 0) ? a : b;

    /// <summary>A line of mountinfo.</summary>
    /// <param name="Root">The folder of the hierarchy that shows at <paramref name="Point"/>.</param>
    /// <param name="Options">Names the controllers of version 1.</param>
    sealed record Mount(string Root, string Point, string Type, string[] Options)
    {
        internal static Mount? Parse(string line)
        {
            var halves = line.Split(" - ", 2);
            if (halves.Length != 2) { return null; }
            var (left, right) = (halves[0].Split(' '), halves[1].Split(' '));
            return left.Length >= 5 && right.Length >= 3 && right[0] is "cgroup" or "cgroup2" ? new(left[3], left[4], right[0], right[2].Split(',')) : null;
        }

        /// <summary>The process's folder and those above it, down from the mount.</summary>
        internal IEnumerable<string> Chain(string path)
        {
            var folder = Point.Trim('/');
            yield return folder;
            // A container sees its own group as the mount's root.
            var below = path.StartsWith(Root, StringComparison.Ordinal) ? path[Root.Length..] : path;
            foreach (var part in below.Split('/', StringSplitOptions.RemoveEmptyEntries))
            {
                if (part == "..") { yield break; } // the group lies outside of what is mounted here
                yield return folder = $"{folder}/{part}";
            }
        }
    }
}
