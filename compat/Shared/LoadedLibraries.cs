namespace DetrPerfLab.Compat;

/// <summary>Which native libraries this process has mapped: the files behind the names that programs are linked against.</summary>
static class LoadedLibraries
{
    /// <summary>File name of the first mapped library whose name begins so, without <c>lib</c>, for example <c>openblasp-r0.3.21.so</c>; null where there is none.</summary>
    internal static string? Find(string start) =>
        !File.Exists("/proc/self/maps") ? null : File.ReadLines("/proc/self/maps")
            .Select(line => Path.GetFileName(line.Split(' ')[^1]))
            .FirstOrDefault(name => name.StartsWith($"lib{start}", System.StringComparison.Ordinal) && name.Contains(".so"))?["lib".Length..];
}
