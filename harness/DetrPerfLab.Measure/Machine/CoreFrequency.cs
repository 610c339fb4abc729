namespace DetrPerfLab.Measure;

/// <summary>What the kernel says of a core's frequency. A figure only: virtual machines are told the nominal one, so the <see cref="Yardstick"/> judges.</summary>
static class CoreFrequency
{
    /// <summary>Of the first core, MHz; null where the kernel does not tell.</summary>
    /// <remarks>Source: Linux, Documentation/admin-guide/pm/cpufreq.rst: scaling_cur_freq is in kHz.</remarks>
    internal static double? ReadMhz(string root)
    {
        if (Number(ProcFile.Text(root, "sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq")) is { } kilohertz) { return kilohertz / 1000; }
        return Number(ProcFile.FirstLine(root, "proc/cpuinfo", "cpu MHz")?.Split(':').Last());
    }

    static double? Number(string? text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var number) ? number : null;
}
