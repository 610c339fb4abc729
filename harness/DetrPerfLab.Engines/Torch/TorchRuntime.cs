using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Text;
using TorchSharp;

namespace DetrPerfLab.Engines;

/// <summary>What this process's libtorch is.</summary>
public static class TorchRuntime
{
    internal const string Blas = "libtorch BLAS"; // a name among Facts

    /// <summary>Loads libtorch, for who uses its binding without an engine.</summary>
    /// <exception cref="LabException">It has no build for this system.</exception>
    public static void Load() => _ = Version;

    internal static string Version => Guard(() => torch.__version__);
    internal static string Binding => $"TorchSharp {typeof(torch).Assembly.GetName().Version}";

    /// <summary>How the binding was loaded, threads, the caches where oneDNN is wrong about them, and the BLAS where it is MKL; the binding gives no version of oneDNN, and no quantised engine.</summary>
    internal static IEnumerable<KeyValuePair<string, string>> Facts
    {
        get
        {
            yield return new("libtorch binding", Guard(() => TorchNative.HowLoaded));
            yield return new("libtorch threads", Guard(() => $"{torch.get_num_threads()} by default, {torch.get_num_interop_threads()} between operators"));
            if (Guard(() => TorchNative.Caches) is { } caches) { yield return new("oneDNN", caches); }
            if (MklVersion() is { } version) { yield return new(Blas, version); }
        }
    }

    internal static string BFloat16Kernels =>
        !X86Base.IsSupported || !Avx512F.IsSupported ? "none: generic loops, expect no gain" : HasAmx ? "AMX-BF16" : HasBFloat16Products ? "AVX512-BF16" : "AVX-512, converted to float32 on the way";

    /// <summary>Whether the processor multiplies bfloat16 itself, and oneDNN knows how. Source: Intel SDM vol. 2A, CPUID leaf 7.</summary>
    internal static bool HasBFloat16Products => HasAmx || (Avx512F.IsSupported && (X86Base.CpuId(7, 1).Eax & (1 << 5)) != 0);

    /// <summary>What oneDNN asks of a processor before it computes in bfloat16 at all. Source: PyTorch 2.10, aten/src/ATen/native/mkldnn/Utils.h, mkldnn_bf16_device_check.</summary>
    internal static void RequireBFloat16(string what)
    {
        if (Avx512BW.IsSupported && Avx512BW.VL.IsSupported && Avx512DQ.IsSupported) { return; }
        throw LabError.Missing($"{what} computes bfloat16 through oneDNN, which asks for AVX-512 (BW, VL and DQ). This processor lacks them: take torch-fp32-fused.");
    }

    static bool HasAmx => Avx512F.IsSupported && (X86Base.CpuId(7, 0).Edx & (1 << 22)) != 0;

    /// <summary>Turns a missing native library into a message that says what to do.</summary>
    internal static T Guard<T>(Func<T> action)
    {
        try
        {
            _ = TorchNative.HowLoaded;
            return action();
        }
        catch (Exception e) when (e is DllNotFoundException or TypeInitializationException or EntryPointNotFoundException or NotSupportedException)
        {
            var inner = e.InnerException ?? e;
            throw LabError.Missing(
                $"The native library of libtorch could not be loaded ({inner.GetBaseException().Message.Split('\n')[0].TrimEnd('.', '\r')}). "
                + "TorchSharp-cpu has one for 64-bit Linux (glibc 2.28 or later), Windows and macOS on ARM: build again on such a system, or choose an ort- variant.", inner);
        }
    }

    /// <summary>For example <c>Intel(R) oneAPI Math Kernel Library Version 2024.2-Product Build 20240605 …</c>; null where libtorch has no MKL.</summary>
    /// <remarks>Call it when libtorch is loaded. Source: oneMKL Developer Reference, mkl_get_version_string.</remarks>
    static unsafe string? MklVersion()
    {
        const int Longest = 198; // the manual's length of the text
        if (!NativeLibrary.TryLoad("torch_cpu", typeof(torch).Assembly, null, out var library) || !NativeLibrary.TryGetExport(library, "MKL_Get_Version_String", out var function))
        {
            return null;
        }

        var text = stackalloc byte[Longest + 1];
        ((delegate* unmanaged<byte*, int, void>)function)(text, Longest);
        return Encoding.ASCII.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text)).Trim();
    }
}
