using TorchSharp.Interop;

namespace DetrPerfLab.Compat;

/// <summary>What stands behind this stand-in; found by harness/DetrPerfLab.Core/Results/PackageFacts.cs.</summary>
static class Backend
{
    internal static IReadOnlyDictionary<string, string> Versions()
    {
        _ = Runtime.Threads; // loads libtorch and what it is linked against
        return new Dictionary<string, string>
        {
            ["BLAS"] = LoadedLibraries.Find("openblas") ?? "reference BLAS, slow",
            ["oneDNN"] = LoadedLibraries.Find("dnnl") ?? "none",
        };
    }
}
