using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace DetrPerfLab.Engines;

/// <summary>Loads TorchSharp's native library, also where the system's C++ library is older than the one it was linked with.</summary>
/// <remarks>
/// libLibTorchSharp.so 0.107.0 asks for symbol version GLIBCXX_3.4.32 (GCC 13), which Debian 12, RHEL 9 and Ubuntu 22.04 lack, for one symbol alone, that no code of it
/// uses: <c>std::ios_base_library_init</c>. There a copy with that demand marked weak is loaded before anything of TorchSharp runs, and its loader then finds a library of that
/// name in the process. The package's own file is never touched.
/// </remarks>
static class TorchNative
{
    static readonly string s_library = OperatingSystem.IsWindows() ? "LibTorchSharp.dll" : OperatingSystem.IsMacOS() ? "libLibTorchSharp.dylib" : "libLibTorchSharp.so";
    const string SystemLibrary = "libstdc++.so.6";
    const string VersionNotNeeded = "GLIBCXX_3.4.32";
    const string AsItIs = "as the package has it";

    /// <summary>What the binding asks the loader for, in the order of what needs what. Loaded by path, they are found by name afterwards.</summary>
    static readonly string[] s_libtorch = ["libc10.so", "libtorch_cpu.so", "libtorch.so"];
    static readonly Lazy<(string How, string? Caches)> s_loaded = new(() =>
    {
        // Asked for a library that is not there, TorchSharp's loader prints a page, copies 500 MB of others beside the program and fails.
        var folder = Folder() ?? throw new DllNotFoundException($"{s_library} lies neither beside the program nor in its package folder");
        var how = OperatingSystem.IsLinux() ? Load(folder, LabPaths.ModelCache) : AsItIs;
        if (NativeLibrary.TryLoad(Path.Combine(folder, "libtorch_cpu.so"), out var torch)) { SwitchOffNnpack(torch); }
        return (how, HiddenCaches.Mend());
    });

    /// <summary>Loads it, once a process; the value says how: as it is, or in which other way and why.</summary>
    internal static string HowLoaded => s_loaded.Value.How;

    /// <summary>What oneDNN makes of this machine's caches where that needs a word, otherwise null.</summary>
    internal static string? Caches => s_loaded.Value.Caches;

    internal static bool IsLoaded => s_loaded.IsValueCreated;

    /// <summary>Convolutions on few threads ask for NNPACK, which takes none that oneDNN takes; on a processor that it does not know each of them prints a warning instead.</summary>
    /// <remarks>Source: PyTorch 2.10, aten/src/ATen/native/Convolution.cpp, ConvParams::use_nnpack. at::globalContext().setUserEnabledNNPACK(false), which the binding lacks.</remarks>
    static unsafe void SwitchOffNnpack(nint torch)
    {
        if (NativeLibrary.TryGetExport(torch, "_ZN2at13globalContextEv", out var context) && NativeLibrary.TryGetExport(torch, "_ZN2at7Context20setUserEnabledNNPACKEb", out var enable))
        {
            ((delegate* unmanaged<void*, byte, void>)enable)(((delegate* unmanaged<void*>)context)(), 0);
        }
    }

    internal static string Load(string folder, string cache, string version = VersionNotNeeded)
    {
        foreach (var name in s_libtorch.Where(name => File.Exists(Path.Combine(folder, name)))) { NativeLibrary.Load(Path.Combine(folder, name)); }
        var path = Path.Combine(folder, s_library);
        if (NativeLibrary.TryLoad(path, out _)) { return AsItIs; }
        var library = File.ReadAllBytes(path);
        if (!ElfVersions.MakeWeak(library, SystemLibrary, version)) { NativeLibrary.Load(path); } // fails again, and says why
        NativeLibrary.Load(Keep(library, cache));
        return $"a copy that does not ask for {version}: this system's {SystemLibrary} is older, and nothing of that version is used";
    }

    static string? Folder() => (AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .FirstOrDefault(folder => File.Exists(Path.Combine(folder, s_library)));

    /// <summary>Writes the copy where it is missing or is not what was asked for; in a temporary folder of this process where the cache cannot be written.</summary>
    static string Keep(byte[] library, string cache)
    {
        var name = $"{Convert.ToHexStringLower(SHA256.HashData(library))[..16]}-{s_library}";
        var path = Path.Combine(cache, "native", name);
        if (File.Exists(path) && File.ReadAllBytes(path).AsSpan().SequenceEqual(library)) { return path; }
        try { AtomicFile.Write(path, stream => stream.Write(library)); }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            path = Path.Combine(Directory.CreateTempSubdirectory("detrlab-native-").FullName, name);
            File.WriteAllBytes(path, library);
        }

        return path;
    }
}
