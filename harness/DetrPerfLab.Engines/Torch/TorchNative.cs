using System.Runtime.InteropServices;
using System.Security.Cryptography;
using DetrPerfLab.Core;

namespace DetrPerfLab.Engines.Torch;

/// <summary>Loads TorchSharp's native library, also where the system's C++ library is older than the one it was linked with.</summary>
/// <remarks>
/// libLibTorchSharp.so 0.107.0 asks for symbol version GLIBCXX_3.4.32 (GCC 13), which Debian 12, RHEL 9 and Ubuntu 22.04 lack, for one symbol alone, that no code of it
/// uses: <c>std::ios_base_library_init</c>. There a copy with that demand marked weak is loaded before anything of TorchSharp runs, and its loader then finds a library of that
/// name in the process. The package's own file is never touched.
/// </remarks>
static class TorchNative
{
    const string Library = "libLibTorchSharp.so";
    const string SystemLibrary = "libstdc++.so.6";
    const string VersionNotNeeded = "GLIBCXX_3.4.32";

    /// <summary>What the binding asks the loader for, in the order of what needs what. Loaded by path, they are found by name afterwards.</summary>
    static readonly string[] s_libtorch = ["libc10.so", "libtorch_cpu.so", "libtorch.so"];
    static readonly Lazy<string> s_loaded = new(() => OperatingSystem.IsLinux() && Folder() is { } folder ? Load(folder, LabPaths.ModelCache) : "as the package has it");

    /// <summary>Loads it, once a process, and tells how: as it is, or how not and why.</summary>
    /// <exception cref="LabException">It cannot be loaded in either way.</exception>
    internal static string HowLoaded => s_loaded.Value;

    /// <param name="folder">Holds the package's native libraries.</param>
    /// <param name="cache">Where a changed copy is kept.</param>
    /// <param name="version">The version that may be missing.</param>
    internal static string Load(string folder, string cache, string version = VersionNotNeeded)
    {
        foreach (var name in s_libtorch.Where(name => File.Exists(Path.Combine(folder, name)))) { NativeLibrary.Load(Path.Combine(folder, name)); }
        var path = Path.Combine(folder, Library);
        if (NativeLibrary.TryLoad(path, out _)) { return "as the package has it"; }
        var library = File.ReadAllBytes(path);
        if (!ElfVersions.MakeWeak(library, SystemLibrary, version)) { NativeLibrary.Load(path); } // fails again, and says why
        NativeLibrary.Load(Keep(library, cache));
        return $"a copy that does not ask for {version}: this system's {SystemLibrary} is older, and nothing of that version is used";
    }

    /// <summary>The folder of the native libraries: beside the program, or in the package folder.</summary>
    static string? Folder() => (AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .FirstOrDefault(folder => File.Exists(Path.Combine(folder, Library)));

    /// <summary>Writes the copy where it is missing or is not what was asked for; in a temporary folder of this process where the cache cannot be written.</summary>
    static string Keep(byte[] library, string cache)
    {
        var name = $"{Convert.ToHexStringLower(SHA256.HashData(library))[..16]}-{Library}";
        var path = Path.Combine(cache, "native", name);
        if (File.Exists(path) && File.ReadAllBytes(path).AsSpan().SequenceEqual(library)) { return path; }
        try
        {
            AtomicFile.Write(path, stream => stream.Write(library));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            path = Path.Combine(Directory.CreateTempSubdirectory("detrlab-native-").FullName, name);
            File.WriteAllBytes(path, library);
        }

        return path;
    }
}
