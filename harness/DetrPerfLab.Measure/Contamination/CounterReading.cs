using System.Diagnostics;

namespace DetrPerfLab.Measure;

/// <summary>What the system counted up to a moment. Null where it does not tell.</summary>
/// <param name="CoreSeconds">Time of all cores that we may use, whoever had them.</param>
/// <param name="IdleSeconds">Of it, time that nobody wanted.</param>
/// <param name="StealSeconds">Of it, time that the hypervisor gave to other machines.</param>
/// <param name="OwnSeconds">Time of this process and of all that it started, living or not.</param>
/// <param name="InvoluntarySwitches">Times that a thread of this process lost its core while it had work.</param>
public readonly record struct CounterReading(
    double Seconds, double? CoreSeconds, double? IdleSeconds, double? StealSeconds, double? OwnSeconds, long? InvoluntarySwitches, double YardstickMs,
    double? FrequencyMhz = null)
{
    /// <summary>What was counted between an earlier reading and this one; yardstick and frequency are this one's.</summary>
    internal CounterReading Since(in CounterReading earlier) => Plus(earlier, -1);

    internal CounterReading Plus(in CounterReading other, int sign = 1) => new(
        Seconds + (sign * other.Seconds), CoreSeconds + (sign * other.CoreSeconds), IdleSeconds + (sign * other.IdleSeconds),
        StealSeconds + (sign * other.StealSeconds), OwnSeconds + (sign * other.OwnSeconds),
        InvoluntarySwitches + (sign * other.InvoluntarySwitches), YardstickMs, FrequencyMhz);
}

/// <summary>Reads the system's counters; tests put a script in its place.</summary>
public interface ICounterSource
{
    CounterReading Read();
}

/// <summary>The counters of this machine: /proc/stat and <c>getrusage</c> where there are such, else what .NET knows.</summary>
public sealed class SystemCounters : ICounterSource
{
    internal const double TicksPerSecond = 100; // USER_HZ, the same on every Linux that .NET runs on

    public CounterReading Read()
    {
        var yardstick = Yardstick.MeasureMs();
        var (total, idle, steal) = ReadCores("/");
        var usage = ResourceUsage.Read();
        return new(
            Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency, total, idle, steal,
            (usage?.CpuSeconds ?? Environment.CpuUsage.TotalTime.TotalSeconds) + Descendants.CpuSeconds("/"),
            usage?.InvoluntarySwitches, yardstick, ReadMhz("/"));
    }

    /// <summary>Sums the lines <c>cpuN</c> of the cores that we may use.</summary>
    /// <remarks>Source: Linux, Documentation/filesystems/proc.rst, 1.7: user nice system idle iowait irq softirq steal; guest time is part of user.</remarks>
    internal static (double? Total, double? Idle, double? Steal) ReadCores(string root)
    {
        var allowed = MachineProbe.AllowedCoreList(ProcFile.Lines(root, "proc/self/status"))?.ToHashSet();
        var (total, idle, steal, found) = (0L, 0L, 0L, false);
        foreach (var line in ProcFile.Lines(root, "proc/stat"))
        {
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length < 9 || !fields[0].StartsWith("cpu", StringComparison.Ordinal)
                || !int.TryParse(fields[0].AsSpan(3), NumberStyles.None, CultureInfo.InvariantCulture, out var core) || allowed?.Contains(core) == false)
            {
                continue;
            }

            found = true;
            for (var i = 1; i <= 8; i++)
            {
                var ticks = long.Parse(fields[i], CultureInfo.InvariantCulture);
                total += ticks;
                idle += i is 4 or 5 ? ticks : 0;
                steal += i == 8 ? ticks : 0;
            }
        }

        return found ? (total / TicksPerSecond, idle / TicksPerSecond, steal / TicksPerSecond) : (null, null, null);
    }

    /// <summary>Of the first core, MHz; null where the kernel does not tell. A figure only: virtual machines are told the nominal one, so the <see cref="Yardstick"/> judges.</summary>
    /// <remarks>Source: Linux, Documentation/admin-guide/pm/cpufreq.rst: scaling_cur_freq is in kHz.</remarks>
    internal static double? ReadMhz(string root)
    {
        if (Number(ProcFile.Text(root, "sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq")) is { } kilohertz) { return kilohertz / 1000; }
        return Number(ProcFile.FirstLine(root, "proc/cpuinfo", "cpu MHz")?.Split(':').Last());
    }

    static double? Number(string? text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var number) ? number : null;
}
