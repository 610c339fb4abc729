using System.Runtime.Intrinsics.X86;
using TorchSharp;

namespace DetrPerfLab.Engines;

/// <summary>Keeps libtorch's inference right on virtual AMD machines that hide their caches.</summary>
/// <remarks>
/// Where the hypervisor answers CPUID leaf 8000001D with zeros, oneDNN 3.7.1 of libtorch 2.10 takes each of three caches for one byte. Its AVX-512 convolutions of some shapes
/// are then wrong by more than the values themselves, or end the process. Of no levels at all it makes its own cautious guess (32 KiB, 512 KiB and 1 MiB a core), as on a
/// processor that it does not know: so it is told that there are none. The table that it keeps has no function to set it; it is found by its contents, which occur but once.
/// Not all is mended: training a backbone of 8 channels still ends the process there.
/// Source: oneDNN 3.7.1, src/cpu/x64/xbyak/xbyak_util.h, Cpu::setCacheHierarchy, and src/cpu/platform.cpp, get_per_core_cache_size.
/// </remarks>
static class HiddenCaches
{
    internal const string Guessed = "this machine hides its caches, and oneDNN took each of them for one byte: it is told to guess them. Outside the lab set ONEDNN_MAX_CPU_ISA=AVX2";
    internal const string Wrong = "missing: this machine hides its caches, and oneDNN takes each of them for one byte: its AVX-512 convolutions may be wrong. Set ONEDNN_MAX_CPU_ISA=AVX2";

    const int Caches = 10; // entries that the table has room for
    const int Levels = 3; // that it assumes of each AMD processor

    /// <summary>One byte each, shared by one core, then the number of levels.</summary>
    static readonly int[] s_table = [.. Enumerable.Range(0, 2 * Caches).Select(i => i % Caches < Levels ? 1 : 0), Levels];

    /// <summary>Whether this is such a machine. Source: AMD64 Architecture Programmer's Manual vol. 3, appendix E, CPUID Fn8000_001D: of type 0 are no more caches.</summary>
    internal static bool IsHere => X86Base.IsSupported && X86Base.CpuId(0, 0).Ecx == AmdSignature && X86Base.CpuId(unchecked((int)0x8000001D), 0).Eax == 0;

    static int AmdSignature => BitConverter.ToInt32("cAMD"u8);

    /// <summary>Tells oneDNN, before it computes anything that counts. The value says what was found, null where nothing is wrong.</summary>
    internal static string? Mend()
    {
        if (!IsHere) { return null; }
        // oneDNN reads the processor at its first primitive: two images, for one may not reach it.
        using (torch.NewDisposeScope()) { _ = torch.nn.functional.conv2d(torch.ones(2, 16, 32, 32), torch.ones(16, 16, 1, 1)); }
        var found = OperatingSystem.IsLinux() ? WritableData("libtorch_cpu.so").Sum(ResetAt) : 0;
        return found > 0 ? Guessed : Environment.GetEnvironmentVariable("ONEDNN_MAX_CPU_ISA") is null ? Wrong : null;
    }

    static unsafe int ResetAt((nint Start, nint End) range) => Reset(new((void*)range.Start, (int)((range.End - range.Start) / sizeof(int))));

    /// <summary>Sets the number of levels to none in each table of <paramref name="memory"/>; the value is how many.</summary>
    internal static int Reset(Span<int> memory)
    {
        var count = 0;
        for (int at; (at = memory.IndexOf(s_table)) >= 0; memory = memory[(at + s_table.Length)..], count++) { memory[at + s_table.Length - 1] = 0; }
        return count;
    }

    /// <summary>Where the library's own data lies: its writable mappings, and the zeroed one right behind.</summary>
    static List<(nint Start, nint End)> WritableData(string library)
    {
        var ranges = new List<(nint, nint)>();
        nint end = 0; // of the library's last mapping
        foreach (var line in File.ReadLines("/proc/self/maps"))
        {
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries); // 7f00-7f80 rw-p 00000000 fe:00 123 /path
            var bounds = fields[0].Split('-');
            var (start, stop) = (Convert.ToInt64(bounds[0], 16), Convert.ToInt64(bounds[1], 16));
            var own = line.EndsWith(library, StringComparison.Ordinal);
            if (!own && !(fields.Length == 5 && start == end)) { continue; }
            end = own ? (nint)stop : 0;
            if (fields[1].StartsWith("rw", StringComparison.Ordinal)) { ranges.Add(((nint)start, (nint)stop)); }
        }

        return ranges;
    }
}
