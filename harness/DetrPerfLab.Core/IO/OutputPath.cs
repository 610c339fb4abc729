namespace DetrPerfLab.Core;

/// <summary>Tries where results will go before any work is done for them.</summary>
public static class OutputPath
{
    /// <summary>A file can be written there: its folder, or the nearest that is, takes one; nothing else has the name.</summary>
    /// <param name="option">Named in the message, for example <c>--out</c>.</param>
    public static void RequireFile(string path, string option)
    {
        var full = Full(path, option);
        switch (FileKinds.Of(full))
        {
            case FileKind.Folder: throw Refused(path, option, "it is a folder, needed a file");
            case FileKind.Special: throw Refused(path, option, "it is a pipe, a device or a socket, needed a file");
            case FileKind.File when new FileInfo(full).IsReadOnly: throw Refused(path, option, "it is write-protected");
        }

        if (Path.EndsInDirectorySeparator(path)) { throw Refused(path, option, "it names a folder, needed a file"); }
        Try(Path.GetDirectoryName(full)!, path, option);
    }

    /// <summary>Files can be written there: the folder, or the nearest above that is, takes one.</summary>
    public static void RequireFolder(string path, string option) => Try(Full(path, option), path, option);

    /// <summary>With every link followed, also those of folders above: two names of one place are equal. What is not there keeps its name.</summary>
    public static string Real(string path)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        for (var links = 0; links < 40; links++) // as the kernel does: more is a circle
        {
            if (Path.GetDirectoryName(full) is not { } parent) { return full; }
            var here = Path.Combine(Real(parent), Path.GetFileName(full));
            if (new FileInfo(here).LinkTarget is not { } target) { return here; }
            full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(target, Path.GetDirectoryName(here)!));
        }

        return full;
    }

    static string Full(string path, string option)
    {
        if (string.IsNullOrWhiteSpace(path) || path.Contains('\0', StringComparison.Ordinal)) { throw Refused(path, option, "it names nothing"); }
        try { return Real(path); }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException) { throw Refused(path, option, e.Message.TrimEnd('.')); }
    }

    static void Try(string folder, string path, string option)
    {
        var there = folder;
        while (FileKinds.Of(there) == FileKind.Absent && Path.GetDirectoryName(there) is { } above) { there = above; }
        if (FileKinds.Of(there) != FileKind.Folder) { throw Refused(path, option, $"'{there}' is no folder"); }
        PartialFiles.Sweep(there);
        try
        {
            // Some bytes, since an empty file fits on a full disk.
            using var probe = new FileStream(PartialFiles.NameFor(Path.Combine(there, ".detrlab-probe")), FileMode.Create, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
            probe.Write(new byte[4096]);
            probe.Flush(flushToDisk: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw Refused(path, option, e is UnauthorizedAccessException ? $"this user may not write in '{there}'" : e.Message.TrimEnd('.'));
        }
    }

    static LabException Refused(string path, string option, string why) =>
        LabError.BadInput($"'{path}' cannot be written: {why}. Name another place with {option}, or mend this one.");
}
