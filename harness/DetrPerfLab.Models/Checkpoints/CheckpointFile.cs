using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace DetrPerfLab.Models;

/// <summary>A checkpoint opened for reading: every read is checked against the length, every failure names the file.</summary>
sealed class CheckpointFile : IDisposable
{
    readonly SafeFileHandle _handle;

    CheckpointFile(string path, SafeFileHandle handle) => (Path, _handle, Length) = (path, handle, RandomAccess.GetLength(handle));

    internal string Path { get; }
    internal long Length { get; }

    internal static CheckpointFile Open(string path)
    {
        InputFile.RefuseSpecial(path);
        if (!File.Exists(path))
        {
            throw LabError.FileNotFound(path, "Give a checkpoint (.pth, .pt, .safetensors) or a name of: detrlab models list");
        }

        try
        {
            return new CheckpointFile(path, File.OpenHandle(path));
        }
        catch (Exception mistake) when (mistake is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw Unsupported(path, mistake.Message, "Make the file readable for this user.");
        }
    }

    /// <summary>Fills the destination from that place of the file; <paramref name="what"/> is what it reads, for messages.</summary>
    internal void Read(long offset, Span<byte> destination, string what)
    {
        CheckRange(offset, destination.Length, what);
        try
        {
            while (destination.Length > 0)
            {
                var read = RandomAccess.Read(_handle, destination, offset);
                if (read == 0) { throw Damaged($"it became shorter while {what} was read"); }
                destination = destination[read..];
                offset += read;
            }
        }
        catch (IOException mistake)
        {
            throw Unsupported($"reading {what} failed: {mistake.Message}", "Check the disk.");
        }
    }

    /// <summary>Reads bytes into a new array; the length is checked against the file before anything is allocated.</summary>
    internal byte[] Read(long offset, long length, string what)
    {
        CheckRange(offset, length, what);
        var bytes = GC.AllocateUninitializedArray<byte>((int)length);
        Read(offset, bytes, what);
        return bytes;
    }

    /// <summary>Reads a run of bytes, compares its checksum and brings its elements to the byte order of this machine.</summary>
    internal byte[] Read(StoredBytes bytes)
    {
        var name = bytes.Name.Printable();
        if (!bytes.Plain)
        {
            throw Unsupported($"zip member '{name}' is compressed or encrypted, which torch.save never does", "Save it again with torch.save.");
        }

        var content = Read(bytes.Offset, bytes.Length, $"'{name}'");
        if (bytes.Crc32 is { } expected && Crc32.HashToUInt32(content) is var found && found != expected)
        {
            throw Damaged($"zip member '{name}' has checksum {found:x8}, needed {expected:x8}");
        }

        switch (bytes.Swapped)
        {
            case sizeof(short): Swap<short>(content, BinaryPrimitives.ReverseEndianness); break;
            case sizeof(int): Swap<int>(content, BinaryPrimitives.ReverseEndianness); break;
            case sizeof(long): Swap<long>(content, BinaryPrimitives.ReverseEndianness); break;
        }

        return content;
    }

    /// <summary>Refuses runs of bytes that overlap: two in one place would be more data than the file has. <paramref name="kind"/> says what each is.</summary>
    internal void RequireApart(string kind, IEnumerable<StoredBytes> runs)
    {
        var end = 0L;
        foreach (var run in runs.OrderBy(run => run.Offset))
        {
            if (run.Length > 0 && run.Offset < end) { throw Damaged($"{kind} '{run.Name.Printable()}' overlaps another"); }
            end = Math.Max(end, run.Offset + run.Length); // an empty run inside another does not end it
        }
    }

    internal string Sha256()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 20];
        for (var offset = 0L; offset < Length;)
        {
            var part = buffer.AsSpan(0, (int)Math.Min(buffer.Length, Length - offset));
            Read(offset, part, "the file");
            hash.AppendData(part);
            offset += part.Length;
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>The bytes contradict the format: truncated, overwritten, or made to deceive.</summary>
    internal LabException Damaged(string found) => LabError.BadInput($"Checkpoint '{Path}' is damaged: {found}. Download or copy it again.");

    /// <summary>A well-formed file that holds something which the reader does not take.</summary>
    internal LabException Unsupported(string found, string whatToDo) => Unsupported(Path, found, whatToDo);

    public void Dispose() => _handle.Dispose();

    static LabException Unsupported(string path, string found, string whatToDo) =>
        LabError.BadInput($"Checkpoint '{path}' cannot be read: {found}. {whatToDo}");

    static void Swap<T>(byte[] content, Action<ReadOnlySpan<T>, Span<T>> reverse)
        where T : unmanaged
    {
        var elements = MemoryMarshal.Cast<byte, T>(content.AsSpan());
        reverse(elements, elements);
    }

    void CheckRange(long offset, long length, string what)
    {
        if (length < 0 || length > Array.MaxLength || offset < 0 || offset > Length - length)
        {
            throw Damaged($"{what} lies at byte {offset} with {length} bytes, but the file has only {Length}");
        }
    }
}

/// <summary>A stranger's name as it is printed: without control characters, which could rewrite the terminal, and not longer than a line.</summary>
static class CheckpointText
{
    const int MaxLength = 100;

    internal static string Printable(this string name) =>
        string.Concat(name.Take(MaxLength).Select(c => char.IsControl(c) ? '?' : c)) + (name.Length > MaxLength ? "…" : "");
}
