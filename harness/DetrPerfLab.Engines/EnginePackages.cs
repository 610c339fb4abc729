using Microsoft.ML.OnnxRuntime;
using TorchSharp;

namespace DetrPerfLab.Engines;

/// <summary>What the inference runtimes really are on this machine.</summary>
public static class EnginePackages
{
    /// <summary>Each package, and the native library behind it; what is missing says so.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Describe() =>
    [
        PackageVersion.Of(VariantRegistry.OnGpu.Count > 0 ? "Microsoft.ML.OnnxRuntime.Gpu" : "Microsoft.ML.OnnxRuntime", typeof(InferenceSession).Assembly),
        new("ONNX Runtime", OrMissing(OrtSession.Version)),
        PackageVersion.Of("TorchSharp", typeof(torch).Assembly),
        .. TorchFacts(),
    ];

    static IEnumerable<KeyValuePair<string, string>> TorchFacts()
    {
        var version = OrMissing(() => TorchRuntime.Version);
        return [new("libtorch", version), .. version.StartsWith("missing", StringComparison.Ordinal) ? [] : TorchRuntime.Facts];
    }

    static string OrMissing(Func<string> version)
    {
        try { return version(); }
        catch (LabException reason) { return $"missing: {reason.Message}"; }
    }
}
