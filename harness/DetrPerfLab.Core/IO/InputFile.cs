namespace DetrPerfLab.Core;

/// <summary>The one way to open what a user names: a file, never a pipe or a device, which would make the command wait for ever.</summary>
public static class InputFile
{
    /// <summary>Opens for reading.</summary>
    /// <exception cref="LabException">A pipe, a device, a folder, nothing, a link to nothing, or a file that this user may not read.</exception>
    public static FileStream Open(string path, int bufferSize = 4096)
    {
        Require(path);
        try { return new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize); }
        catch (UnauthorizedAccessException) { throw LabError.BadInput($"File '{path}' may not be read by this user. Change its permissions."); }
    }

    /// <summary>The whole of a text file.</summary>
    public static string ReadText(string path)
    {
        using var reader = new StreamReader(Open(path));
        return reader.ReadToEnd();
    }

    /// <summary>The path, where a file is.</summary>
    public static string Require(string path) => FileKinds.Of(path) switch
    {
        FileKind.File => path,
        FileKind.Special => throw Special(path),
        FileKind.Folder => throw LabError.BadInput($"'{path}' is a folder, needed a file. Name a file in it."),
        _ when IsLink(path) => throw LabError.BadInput($"'{path}' is a link to nothing. Mend the link, or name the file itself."),
        _ => throw LabError.FileNotFound(path, "Check the path."),
    };

    /// <summary>Refuses what can never be an input: a pipe, a device, a link to nothing. Whether there must be a file or a folder is the verb's to say.</summary>
    public static void RefuseSpecial(string path)
    {
        switch (FileKinds.Of(path))
        {
            case FileKind.Special: throw Special(path);
            case FileKind.Absent when IsLink(path): Require(path); break;
        }
    }

    static LabException Special(string path) =>
        LabError.BadInput($"'{path}' is a pipe, a device or a socket, needed a file. Write its content to a file and name that.");

    static bool IsLink(string path)
    {
        try { return path.Length > 0 && new FileInfo(path).LinkTarget is not null; }
        catch (Exception e) when (e is IOException or ArgumentException or UnauthorizedAccessException) { return false; }
    }
}
