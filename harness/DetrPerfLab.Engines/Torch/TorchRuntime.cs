using System.Runtime.Intrinsics.X86;
using DetrPerfLab.Core;
using TorchSharp;

namespace DetrPerfLab.Engines.Torch;

/// <summary>What this process's libtorch is.</summary>
public static class TorchRuntime
{
    /// <summary>Engines of dynamic quantisation, best first on x86-64.</summary>
    static readonly string[] s_preferredEngines = ["X86", "FBGEMM", "ONEDNN", "QNNPACK"];

    /// <summary>Version of libtorch, for example <c>1.13.0</c>.</summary>
    /// <exception cref="LabException">The native library is missing.</exception>
    public static string Version => Guard(() => torch.__version__);

    /// <summary>Which binding this is: the package, or the one of compat/ with what it adds.</summary>
    public static string Binding => TorchExtension.Available is null
        ? $"TorchSharp {typeof(torch).Assembly.GetName().Version}"
        : "compat/TorchSharp (with tracing and int8 linear layers)";

    /// <summary>What libtorch computes with, by name: oneDNN, BLAS, vector kernels, quantised engines. Only the last where the binding cannot tell more.</summary>
    /// <exception cref="LabException">The native library is missing.</exception>
    public static IEnumerable<KeyValuePair<string, string>> Facts
    {
        get
        {
            var build = Guard(() => TorchExtension.Available?.DescribeBuild() ?? "");
            foreach (var (name, prefix) in new[]
            {
                ("libtorch oneDNN", "Intel(R) MKL-DNN "),
                ("libtorch BLAS", "BLAS : "),
                ("libtorch vector kernels", "  - CPU capability usage: "),
            })
            {
                var line = build.Split('\n').FirstOrDefault(l => l.StartsWith(prefix, StringComparison.Ordinal));
                if (line is not null) { yield return new(name, line[prefix.Length..].Trim()); }
            }

            yield return new("libtorch quantised engines", QuantizedEngines is { Count: > 0 } engines ? string.Join(", ", engines) : "none that the binding reaches");
        }
    }

    /// <summary>Engines of dynamic quantisation, best first.</summary>
    /// <exception cref="LabException">The native library is missing.</exception>
    public static IReadOnlyList<string> QuantizedEngines
    {
        get
        {
            var found = Guard(() => TorchExtension.Available?.QuantizedEngines() ?? []);
            return [.. s_preferredEngines.Intersect(found, StringComparer.OrdinalIgnoreCase)];
        }
    }

    /// <summary>What oneDNN computes bfloat16 with on this processor.</summary>
    public static string BFloat16Kernels
    {
        get
        {
            if (!X86Base.IsSupported || !Avx512F.IsSupported) { return "none: generic loops, expect no gain"; }
            var (_, _, _, features) = X86Base.CpuId(7, 0);
            var (more, _, _, _) = X86Base.CpuId(7, 1);
            return (features & (1 << 22)) != 0 ? "AMX-BF16" : (more & (1 << 5)) != 0 ? "AVX512-BF16" : "AVX-512, converted to float32 on the way";
        }
    }

    /// <summary>The engine to quantise with.</summary>
    /// <exception cref="LabException">There is none, or not the one asked for.</exception>
    internal static string ChooseQuantizedEngine(string? asked)
    {
        TorchExtension.Require("int8 linear layers");
        var found = QuantizedEngines;
        var chosen = asked is null ? found.FirstOrDefault() : found.FirstOrDefault(e => e.Equals(asked, StringComparison.OrdinalIgnoreCase));
        return chosen ?? throw LabError.QuantizedEngineMissing(asked, found);
    }

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
            throw LabError.NativeLibraryMissing("libtorch", e.InnerException ?? e);
        }
    }
}
