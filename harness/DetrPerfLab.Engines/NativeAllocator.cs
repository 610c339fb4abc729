using System.Runtime.InteropServices;

namespace DetrPerfLab.Engines;

/// <summary>Where the engines' native code takes memory from.</summary>
/// <remarks>glibc gives large blocks back to the system as soon as they are freed. An engine that frees and takes them at each operator has them faulted in again, page by page, each time.</remarks>
public static partial class NativeAllocator
{
    const int TrimThreshold = -1, TopPad = -2, MmapMax = -4; // glibc, malloc.h: M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_MAX
    const int PadBytes = 64 << 20;

    /// <summary>Others that people take instead, by name: the library that the loader is told to load first, and Debian's package.</summary>
    static readonly (string Name, string[] Libraries, string Package)[] s_others =
    [
        ("jemalloc", ["libjemalloc.so.2"], "libjemalloc2"),
        ("tcmalloc", ["libtcmalloc_minimal.so.4", "libtcmalloc.so.4"], "libtcmalloc-minimal4"),
    ];

    static readonly string[] s_folders = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib", "/usr/local/lib"];

    /// <summary>Names of the allocators that take glibc's place, for <see cref="Find"/>.</summary>
    public static IReadOnlyList<string> Others { get; } = [.. s_others.Select(o => o.Name)];

    /// <summary>Has glibc keep what is freed, for the rest of this process: what its variables MALLOC_MMAP_MAX_=0, MALLOC_TRIM_THRESHOLD_=2147483647 and MALLOC_TOP_PAD_=67108864 do.</summary>
    /// <exception cref="LabException">The system's C library is not glibc.</exception>
    public static void KeepFreedMemory()
    {
        if (!OperatingSystem.IsLinux() || !NativeLibrary.TryLoad("libc.so.6", out var glibc) || !NativeLibrary.TryGetExport(glibc, "gnu_get_libc_version", out _))
        {
            throw LabError.Missing("Keeping freed memory is an option of glibc, which this system's programs do not use. Take a variant or row without it.");
        }

        if (mallopt(MmapMax, 0) == 0 || mallopt(TrimThreshold, int.MaxValue) == 0 || mallopt(TopPad, PadBytes) == 0) { throw new InvalidOperationException("glibc refused an option of mallopt."); }
    }

    /// <summary>The library of an allocator, to be named by LD_PRELOAD when a process is started; null where it is not installed.</summary>
    public static string? Find(string name)
    {
        if (!OperatingSystem.IsLinux()) { return null; }
        var libraries = s_others.Single(o => o.Name == name).Libraries;
        return libraries.SelectMany(library => s_folders.Select(folder => Path.Combine(folder, library))).FirstOrDefault(File.Exists);
    }

    /// <summary>Whether this process runs on the allocator.</summary>
    /// <exception cref="LabException">It does not.</exception>
    public static void Require(string name)
    {
        var (_, libraries, package) = s_others.Single(o => o.Name == name);
        if (OperatingSystem.IsLinux() && File.ReadLines("/proc/self/maps").Any(line => libraries.Any(line.Contains))) { return; }
        throw LabError.Missing($"{name} is not installed: no {string.Join(" or ", libraries)} in {string.Join(", ", s_folders)}. Install it (Debian: apt install {package}) to have this row.");
    }

    [LibraryImport("libc.so.6")]
    private static partial int mallopt(int parameter, int value);
}
