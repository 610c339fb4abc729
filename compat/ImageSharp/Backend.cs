using System.Runtime.InteropServices;

namespace DetrPerfLab.Compat;

/// <summary>What stands behind this stand-in; found by harness/DetrPerfLab.Core/Results/PackageFacts.cs.</summary>
static class Backend
{
    internal static IReadOnlyDictionary<string, string> Versions() => new Dictionary<string, string>
    {
        ["JPEG library"] = Loaded("libturbojpeg.so.0", "turbojpeg"),
        ["PNG library"] = Loaded("libpng16.so.16", "png16"),
    };

    static string Loaded(string library, string start) =>
        NativeLibrary.TryLoad(library, out _) ? LoadedLibraries.Find(start) ?? library : "missing: run eng/setup.sh";
}
