using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace DetrPerfLab.Models;

/// <summary>A checkpoint opened for reading: every read is checked against the length, every failure names the file.</summary>
sealed class CheckpointFile : IDisposable
{
    readonly SafeFileHandle _handle;

    CheckpointFile(string path, SafeFileHandle handle)
    {
        Path = path;
        _handle = handle;
        Length = RandomAccess.GetLength(handle);
    }

    /// <summary>As the user gave it.</summary>
    internal string Path { get; }

    /// <summary>Bytes.</summary>
    internal long Length { get; }

    internal static CheckpointFile Open(string path)
    {
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
            throw LabError.CheckpointUnsupported(path, mistake.Message, "Make the file readable for this user.");
        }
    }

    /// <summary>Fills <paramref name="destination"/> from that place of the file.</summary>
    /// <param name="offset">Bytes from the start.</param>
    /// <param name="destination">Filled wholly.</param>
    /// <param name="what">What is read, for the message.</param>
    internal void Read(long offset, Span<byte> destination, string what)
    {
        if (offset < 0 || offset > Length - destination.Length)
        {
            throw LabError.CheckpointDamaged(Path, $"{what} lies at byte {offset} with {destination.Length} bytes, but the file has only {Length}");
        }

        try
        {
            while (destination.Length > 0)
            {
                var read = RandomAccess.Read(_handle, destination, offset);
                if (read == 0) { throw LabError.CheckpointDamaged(Path, $"it became shorter while {what} was read"); }
                destination = destination[read..];
                offset += read;
            }
        }
        catch (IOException mistake)
        {
            throw LabError.CheckpointUnsupported(Path, $"reading {what} failed: {mistake.Message}", "Check the disk.");
        }
    }

    /// <summary>Reads bytes into a new array; the length is checked against the file before anything is allocated.</summary>
    internal byte[] Read(long offset, long length, string what)
    {
        if (length < 0 || length > Array.MaxLength || offset < 0 || offset > Length - length)
        {
            throw LabError.CheckpointDamaged(Path, $"{what} lies at byte {offset} with {length} bytes, but the file has only {Length}");
        }

        var bytes = GC.AllocateUninitializedArray<byte>((int)length);
        Read(offset, bytes, what);
        return bytes;
    }

    /// <summary>Hash of the whole file, lower-case hex.</summary>
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

    public void Dispose() => _handle.Dispose();
}
