namespace DetrPerfLab.Core;

/// <summary>Writes beside the target and renames into place: a killed run leaves the earlier file whole.</summary>
public static class AtomicFile
{
    const int FullOnUnix = 28, FullOnWindows = unchecked((int)0x80070070); // ENOSPC, ERROR_DISK_FULL: .NET has no exception of its own for either

    /// <summary>Calls <paramref name="write"/> with a stream; the target appears, or changes, only when it returns; when it throws, no file is left. Folders are made.</summary>
    public static void Write(string path, Action<Stream> write)
    {
        var full = OutputPath.Real(path); // through a link, which stays one
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        var beside = PartialFiles.NameFor(full);
        try
        {
            using (var stream = new FileStream(beside, FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1 << 16))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(beside, full, overwrite: true);
            WrittenFiles.Add(full);
        }
        catch (IOException reason) when (reason.HResult is FullOnUnix or FullOnWindows)
        {
            throw LabError.Missing($"No space is left for '{path}'. Free some, or name another place, and run the command again.", reason);
        }
        finally
        {
            File.Delete(beside);
        }
    }

    /// <summary>Writes UTF-8 text without a byte order mark.</summary>
    public static void WriteText(string path, string text) =>
        Write(path, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text)));
}
