using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace DetrPerfLab.Onnx;

/// <summary>Whether this machine multiplies 8-bit integers into 32-bit sums in one instruction.</summary>
public static class IntegerDotProduct
{
    /// <summary>
    /// AVX-512 VNNI, AVX VNNI or ARM's dot product. Without, u8*s8 products are added in pairs in 16 bits, which saturate beyond 7-bit weights.
    /// </summary>
    public static bool IsSupported { get; } = Dp.IsSupported || AvxVnni.IsSupported || HasAvx512Vnni();

    // CPUID leaf 7, ECX bit 11. Intel SDM vol. 2A, table 3-8.
    static bool HasAvx512Vnni() => Avx512F.IsSupported && X86Base.CpuId(0, 0).Eax >= 7 && (X86Base.CpuId(7, 0).Ecx & (1 << 11)) != 0;
}
