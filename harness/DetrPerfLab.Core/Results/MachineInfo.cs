using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;

namespace DetrPerfLab.Core;

/// <summary>The machine that measured, as machine.json keeps it. Holds no host name, user or path.</summary>
public sealed record MachineInfo
{
    public int Schema { get; init; } = RunResult.CurrentSchema;
    public required string CpuModel { get; init; }
    public string? CpuId { get; init; } // vendor, family, model and stepping: tells apart what hypervisors name alike
    public required int Cores { get; init; } // logical, that this process may use
    public IReadOnlyList<string> Isa { get; init; } = []; // those that matter to inference: avx2, avx512f, avx512_vnni, avx512_bf16, amx_int8, …
    public long MemoryBytes { get; init; } // that this process may use
    public double? CpuQuota { get; init; } // of the container, in cores; null without one
    public string? Governor { get; init; } // of the frequency; null where the machine hides it
    public string? Hypervisor { get; init; } // null on bare metal
    public required string Os { get; init; } // and kernel
    public required string Runtime { get; init; } // for example .NET 10.0.12

    /// <summary>What really ran, by package: versions of ONNX Runtime, TorchSharp, libtorch, Skia, ImageSharp, ScottPlot and its font.</summary>
    public IReadOnlyDictionary<string, string> Packages { get; init; } = new Dictionary<string, string>();

    /// <summary>Measured peaks, one entry a precision with one thread and one with all cores; empty until measured. Not part of the fingerprint.</summary>
    public IReadOnlyList<PeakInfo> Peaks { get; init; } = [];

    /// <summary>Measured memory bandwidth of all cores, 10^9 bytes a second; null until measured. Not part of the fingerprint.</summary>
    public double? MemoryGbPerSecond { get; init; }

    /// <summary>Hash of all that makes two results comparable: processor, cores, quota, memory (whole GiB, as it varies by kernel), OS, runtime and packages but those that only draw. 12 hex digits.</summary>
    [JsonInclude]
    public string Fingerprint
    {
        get
        {
            var text = string.Join('\n', [
                CpuModel, CpuId, Cores.ToString(), string.Join(' ', Isa), Math.Round(MemoryBytes / (double)(1 << 30)).ToString(), CpuQuota?.ToString(), Hypervisor, Os, Runtime,
                .. Packages.Where(p => !p.Key.StartsWith("chart ", StringComparison.Ordinal)).OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{p.Key}={p.Value}")]);
            return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..12];
        }
    }
}

/// <summary>Versions of packages, for <see cref="MachineInfo.Packages"/>.</summary>
public static class PackageVersion
{
    public static KeyValuePair<string, string> Of(string package, Assembly assembly) => new(
        package,
        assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? assembly.GetName().Version?.ToString() ?? "unknown");
}
