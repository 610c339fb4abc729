using System.Diagnostics;
using System.Text;

namespace DetrPerfLab.Core;

/// <summary>Files of earlier commits, one after the other from one <c>git cat-file --batch</c>: a process for each would take longer than reading it.</summary>
public sealed class GitBlobs(string folder) : IDisposable
{
    const int MostBytes = 256 << 20; // of a file: far above what suites write

    readonly Process _process = Quiet(Process.Start(GitProgram.Command(folder, ["cat-file", "--batch"]))!);

    /// <summary>The file's bytes; null where the repository does not hold it, as in a partial clone, or it is far too large.</summary>
    /// <param name="id">The whole hash of the blob, hex digits.</param>
    public byte[]? Read(string id)
    {
        _process.StandardInput.Write(id + "\n");
        _process.StandardInput.Flush();
        var stream = _process.StandardOutput.BaseStream;
        var header = Line(stream).Split(' '); // "<hash> blob <bytes>", else "<hash> missing"
        if (header is not [_, _, var size] || !long.TryParse(size, CultureInfo.InvariantCulture, out var count)) { return null; }
        var bytes = new byte[Math.Min(count, MostBytes)];
        stream.ReadExactly(bytes);
        for (var left = count - bytes.Length + 1; left > 0; left--) { stream.ReadByte(); } // the line's end, and what is too much
        return count > MostBytes ? null : bytes;
    }

    public void Dispose()
    {
        _process.StandardInput.Close(); // which ends it
        _process.Dispose();
    }

    static string Line(Stream stream)
    {
        var line = new StringBuilder();
        for (var next = stream.ReadByte(); next is not (-1 or '\n'); next = stream.ReadByte()) { line.Append((char)next); }
        return line.ToString();
    }

    // A full pipe of complaints would stop it.
    static Process Quiet(Process process)
    {
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        return process;
    }
}
