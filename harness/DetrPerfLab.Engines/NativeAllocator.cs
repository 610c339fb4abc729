using System.Runtime.InteropServices;

namespace DetrPerfLab.Engines;

/// <summary>Where the engines' native code takes memory from.</summary>
/// <remarks>glibc gives large blocks back to the system as soon as they are freed. An engine that frees and takes them at each operator has them faulted in again, page by page, each time.</remarks>
public static partial class NativeAllocator
{
    const int TrimThreshold = -1, TopPad = -2, MmapMax = -4; // glibc, malloc.h: M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_MAX
    const int PadBytes = 64 << 20;

    /// <summary>Those that people put in its place: the library that the loader takes first, its settings, and Debian's package.</summary>
    /// <remarks>
    /// PyTorch's performance tuning guide names oversize_threshold:1 and decays of 9000000000 ms for jemalloc. There every block is then oversize, and the arena of such blocks takes any decay that is not
    /// negative for 0 (jemalloc 5.3, arena_choose_huge): it gives them back at once, and eager DETR-R50 takes twice as long as with the settings here.
    /// </remarks>
    static readonly Other[] s_others =
    [
        new("jemalloc", ["libjemalloc.so.2"], "", "libjemalloc2"),
        new("jemalloc keeping freed memory", ["libjemalloc.so.2"], "oversize_threshold:0,background_thread:true,metadata_thp:auto,dirty_decay_ms:-1,muzzy_decay_ms:-1", "libjemalloc2"),
        new("tcmalloc", ["libtcmalloc_minimal.so.4", "libtcmalloc.so.4"], "", "libtcmalloc-minimal4"),
    ];

    static readonly string[] s_folders = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib", "/usr/local/lib"];

    /// <summary>Names of the allocators that take glibc's place.</summary>
    public static IReadOnlyList<string> Others { get; } = [.. s_others.Select(o => o.Name)];

    public static bool IsGlibc { get; } = OperatingSystem.IsLinux() && NativeLibrary.TryLoad("libc.so.6", out var library) && NativeLibrary.TryGetExport(library, "gnu_get_libc_version", out _);

    /// <summary>Has glibc keep what is freed, for the rest of this process: what its variables MALLOC_MMAP_MAX_=0, MALLOC_TRIM_THRESHOLD_=2147483647 and MALLOC_TOP_PAD_=67108864 do.</summary>
    /// <exception cref="LabException">The system's C library is not glibc.</exception>
    public static void KeepFreedMemory()
    {
        if (!IsGlibc)
        {
            throw LabError.Missing("Keeping freed memory is an option of glibc, which this system's programs do not use. Take a variant or row without it.");
        }

        if (mallopt(MmapMax, 0) == 0 || mallopt(TrimThreshold, int.MaxValue) == 0 || mallopt(TopPad, PadBytes) == 0) { throw new InvalidOperationException("glibc refused an option of mallopt."); }
    }

    /// <summary>Has glibc give back to the system, now, whatever whole pages are free. It does so by itself only with what lies at the end of a heap, and it has a heap for each thread or two: what the JIT or a decoder used once stays taken on every thread that ever ran it.</summary>
    /// <remarks>With another C library it does nothing. What an engine keeps by <see cref="KeepFreedMemory"/> is given back as well, and faulted in again by its next inference.</remarks>
    public static void ReturnFreedMemory()
    {
        if (IsGlibc) { _ = malloc_trim(0); } // whether there was any
    }

    /// <summary>Variables that put the allocator in glibc's place when they are set before a process starts; none where it is not installed.</summary>
    public static IReadOnlyDictionary<string, string> VariablesOf(string name)
    {
        var other = s_others.Single(o => o.Name == name);
        var library = OperatingSystem.IsLinux() ? other.Libraries.SelectMany(library => s_folders.Select(folder => Path.Combine(folder, library))).FirstOrDefault(File.Exists) : null;
        return library is null ? new Dictionary<string, string>() : new() { ["LD_PRELOAD"] = library, ["MALLOC_CONF"] = other.Settings }; // jemalloc's own; no others read it
    }

    /// <summary>Checks that this process runs on the allocator.</summary>
    /// <exception cref="LabException">It does not.</exception>
    public static void Require(string name)
    {
        var (_, libraries, _, package) = s_others.Single(o => o.Name == name);
        if (OperatingSystem.IsLinux() && File.ReadLines("/proc/self/maps").Any(line => libraries.Any(line.Contains))) { return; }
        throw LabError.Missing($"{name} needs {string.Join(" or ", libraries)}, which is not in {string.Join(", ", s_folders)}. Install it (Debian: apt install {package}) to have this row.");
    }

    sealed record Other(string Name, string[] Libraries, string Settings, string Package);

    [LibraryImport("libc.so.6")]
    private static partial int mallopt(int parameter, int value);

    [LibraryImport("libc.so.6")]
    private static partial int malloc_trim(nuint keep);
}
