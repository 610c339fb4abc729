using System.ComponentModel;

namespace DetrPerfLab.Engines;

/// <summary>What the driver's own tool says of a GPU.</summary>
static class NvidiaSmi
{
    const string Fields = "name,driver_version,memory.used,memory.total,utilization.gpu";

    /// <summary>Name, memory and use as they stand, or why they cannot be had; copies are not filled.</summary>
    internal static GpuInfo Read(string busId)
    {
        try
        {
            var said = ChildProgram.Run(new("nvidia-smi", [$"--id={busId}", $"--query-gpu={Fields}", "--format=csv,noheader,nounits"]));
            return said.ExitCode == 0 ? Parse(said.Output) : Silent($"nvidia-smi failed: {FirstLine($"{said.Error}{said.Output}")}");
        }
        catch (Win32Exception)
        {
            return Silent("nvidia-smi, which comes with the driver, was not found");
        }
    }

    /// <summary>Reads one line, for example <c>NVIDIA T4, 580.65.06, 1034, 15360, 97</c>: memory in MiB, use in per cent; what a GPU does not tell stands in brackets.</summary>
    internal static GpuInfo Parse(string csv)
    {
        var parts = FirstLine(csv).Split(',', StringSplitOptions.TrimEntries);
        if (parts is not [var name, var driver, var used, var total, var use]) { return Silent($"nvidia-smi wrote '{FirstLine(csv)}', needed {Fields}"); }
        var info = new GpuInfo { Name = $"{name}, driver {driver}", UsedBytes = (long?)(Number(used) * 1048576), TotalBytes = (long?)(Number(total) * 1048576), Use = Number(use) / 100 };
        return info is { UsedBytes: not null, TotalBytes: not null, Use: not null } ? info : info with { Reason = $"nvidia-smi wrote '{FirstLine(csv)}' for {Fields}" };
    }

    static double? Number(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : null;

    static string FirstLine(string text) => text.Trim().Split('\n')[0].Trim();

    static GpuInfo Silent(string reason) => new() { Reason = reason };
}
