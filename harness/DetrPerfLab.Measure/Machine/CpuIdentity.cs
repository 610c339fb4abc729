using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Text;

namespace DetrPerfLab.Measure;

/// <summary>Processor by name, by CPUID and by the instruction sets that matter to inference.</summary>
/// <param name="Hypervisor">For example <c>KVM</c>; null on bare metal.</param>
readonly record struct CpuIdentity(string? Model, string? CpuId, IReadOnlyList<string> Isa, string? Hypervisor)
{
    static readonly string[] s_isaThatMatters =
    [
        "sse4_2", "avx", "f16c", "fma", "avx2", "avx_vnni", "avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512_vnni", "avx512_bf16", "avx512_fp16",
        "amx_tile", "amx_int8", "amx_bf16",
        "asimd", "asimdhp", "asimddp", "i8mm", "bf16", "sve", "sve2", // Arm
    ];

    /// <summary>From the text of /proc/cpuinfo: what the kernel enabled, not only what the silicon has.</summary>
    internal static CpuIdentity FromCpuInfo(string text)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in text.Split('\n'))
        {
            var colon = line.IndexOf(':');
            if (colon > 0) { fields.TryAdd(line[..colon].Trim(), line[(colon + 1)..].Trim()); }
        }

        var flags = (fields.GetValueOrDefault("flags") ?? fields.GetValueOrDefault("Features") ?? "").Split(' ');
        var cpuId = fields.TryGetValue("vendor_id", out var vendor)
            ? $"{vendor} family {fields.GetValueOrDefault("cpu family")} model {fields.GetValueOrDefault("model")} stepping {fields.GetValueOrDefault("stepping")}"
            : fields.TryGetValue("CPU part", out var part) ? $"Arm implementer {fields.GetValueOrDefault("CPU implementer")} part {part} revision {fields.GetValueOrDefault("CPU revision")}"
            : null;
        return new(fields.GetValueOrDefault("model name"), cpuId, [.. s_isaThatMatters.Intersect(flags)], flags.Contains("hypervisor") ? "unknown" : null);
    }

    /// <summary>From the processor itself; all empty where there is no CPUID instruction.</summary>
    internal static CpuIdentity FromProcessor()
    {
        if (!X86Base.IsSupported) { return new(null, null, [], null); }
        var (highest, b, c, d) = X86Base.CpuId(0, 0);
        var vendor = Ascii(b, d, c);
        var (signature, _, ecx1, _) = X86Base.CpuId(1, 0);
        var (family, model) = (((signature >> 8) & 15) + ((signature >> 20) & 255), ((signature >> 4) & 15) | ((signature >> 12) & 0xF0));
        var name = new StringBuilder();
        if ((uint)X86Base.CpuId(unchecked((int)0x80000000), 0).Eax >= 0x80000004)
        {
            for (var leaf = 0x80000002; leaf <= 0x80000004; leaf++)
            {
                var (eax, ebx, ecx, edx) = X86Base.CpuId(unchecked((int)leaf), 0);
                name.Append(Ascii(eax, ebx, ecx, edx));
            }
        }

        var virtualised = (ecx1 >> 31 & 1) != 0;
        var (_, hb, hc, hd) = virtualised ? X86Base.CpuId(0x40000000, 0) : default;
        var (_, _, ecx7, edx7) = highest >= 7 ? X86Base.CpuId(7, 0) : default;
        var eax71 = highest >= 7 ? X86Base.CpuId(7, 1).Eax : 0;
        var avx512 = Avx512F.IsSupported; // the runtime asks the system too, CPUID alone does not
        (string Name, bool There)[] isa =
        [
            ("sse4_2", Sse42.IsSupported), ("avx", Avx.IsSupported), ("f16c", Avx.IsSupported && Has(ecx1, 29)), ("fma", Fma.IsSupported), ("avx2", Avx2.IsSupported),
            ("avx_vnni", Avx2.IsSupported && Has(eax71, 4)), ("avx512f", avx512), ("avx512bw", Avx512BW.IsSupported), ("avx512dq", Avx512DQ.IsSupported),
            ("avx512vl", Avx512F.VL.IsSupported), ("avx512_vnni", avx512 && Has(ecx7, 11)), ("avx512_bf16", avx512 && Has(eax71, 5)), ("avx512_fp16", avx512 && Has(edx7, 23)),
            ("amx_tile", avx512 && Has(edx7, 24)), ("amx_int8", avx512 && Has(edx7, 25)), ("amx_bf16", avx512 && Has(edx7, 22)),
        ];
        return new(
            name.Length == 0 ? null : name.ToString().Trim(), $"{vendor} family {family} model {model} stepping {signature & 15}",
            [.. isa.Where(i => i.There).Select(i => i.Name)], virtualised ? HypervisorName(Ascii(hb, hc, hd)) : null);
    }

    /// <summary>The name that people know, of a hypervisor's CPUID signature.</summary>
    internal static string HypervisorName(string signature) => signature switch
    {
        "KVMKVMKVM" => "KVM",
        "Microsoft Hv" => "Hyper-V",
        "VMwareVMware" => "VMware",
        "XenVMMXenVMM" => "Xen",
        "" => "unknown",
        _ => signature,
    };

    static bool Has(int register, int bit) => (register >> bit & 1) != 0;

    static string Ascii(params ReadOnlySpan<int> registers) =>
        string.Concat(Encoding.Latin1.GetString(MemoryMarshal.AsBytes(registers)).Where(c => c is >= ' ' and < (char)127));
}
