using System.Runtime.InteropServices;

namespace DetrPerfLab.Core;

/// <summary>What a path stands for, links followed.</summary>
enum FileKind
{
    Absent, // also a link to nothing
    File,
    Folder,
    Special, // a pipe, a device, a socket: reading one may wait for ever, or never end
}

/// <summary>Tells the kind of a path without opening it: opening a pipe waits for who writes into it.</summary>
static partial class FileKinds
{
    const int CurrentFolder = -100; // AT_FDCWD
    const int NotFound = 2, NotAFolder = 20; // ENOENT, ENOTDIR
    const uint TypeOnly = 1; // STATX_TYPE
    const int ModeAt = 28, TypeMask = 0xF000, RegularFile = 0x8000, Directory = 0x4000; // struct statx.stx_mode; S_IFMT, S_IFREG, S_IFDIR

    internal static FileKind Of(string path)
    {
        if (path.Length == 0 || path.Contains('\0', StringComparison.Ordinal)) { return FileKind.Absent; }
        if (OperatingSystem.IsLinux() && FromKernel(path) is { } kind) { return kind; }
        return System.IO.Directory.Exists(path) ? FileKind.Folder : !File.Exists(path) ? FileKind.Absent
            : File.GetAttributes(path).HasFlag(FileAttributes.Device) ? FileKind.Special : FileKind.File;
    }

    /// <summary>Null where the kernel or its library does not say. The layout is the same on every processor.</summary>
    /// <remarks>Source: statx(2).</remarks>
    static FileKind? FromKernel(string path)
    {
        var answer = new byte[256];
        try
        {
            if (statx(CurrentFolder, path, 0, TypeOnly, answer) != 0)
            {
                return Marshal.GetLastPInvokeError() is NotFound or NotAFolder ? FileKind.Absent : null;
            }
        }
        catch (EntryPointNotFoundException) { return null; }
        return (BitConverter.ToUInt16(answer, ModeAt) & TypeMask) switch
        {
            RegularFile => FileKind.File,
            Directory => FileKind.Folder,
            _ => FileKind.Special,
        };
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int statx(int folder, string path, int flags, uint mask, [Out] byte[] answer);
}
