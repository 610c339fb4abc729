using System.Buffers.Binary;
using System.Text;

namespace DetrPerfLab.Models;

/// <summary>The members of a zip as torch.save writes it: pickles and tensors are never compressed, so that each is a plain run of bytes in the file.</summary>
/// <remarks>Not System.IO.Compression: tensors are read in place, and that API gives neither the place of a member nor whether two overlap. Source: PKWARE
/// APPNOTE 6.3.10, sections 4.3 and 4.5.3 (zip64, which torch.save always writes).</remarks>
static class ZipDirectory
{
    const int MaxMembers = 100_000; // many times the members of the largest DETR (about 1,000)
    const int EndLength = 22;
    const int MaxComment = ushort.MaxValue;

    /// <summary>Lists the members by name; none overlaps another, none lies outside the file.</summary>
    internal static IReadOnlyDictionary<string, StoredBytes> Read(CheckpointFile file)
    {
        var (offset, length, count) = FindDirectory(file);
        if (count is < 0 or > MaxMembers) { throw file.Damaged($"its zip directory names {count} members, the limit is {MaxMembers}"); }
        var directory = file.Read(offset, length, "the zip directory").AsSpan();
        var members = new Dictionary<string, StoredBytes>(StringComparer.Ordinal);
        for (var i = 0; i < count; i++)
        {
            var member = ReadMember(file, ref directory, i);
            if (!members.TryAdd(member.Name, member)) { throw file.Damaged($"two zip members are named '{member.Name}'"); }
        }

        file.RequireApart("zip member", members.Values);
        return members;
    }

    static (long Offset, long Length, long Count) FindDirectory(CheckpointFile file)
    {
        var tailLength = (int)Math.Min(file.Length, EndLength + MaxComment);
        var tail = file.Read(file.Length - tailLength, tailLength, "the end of the zip");
        for (var at = tailLength - EndLength; at >= 0; at--)
        {
            var end = tail.AsSpan(at);
            if (U32(end, 0) != 0x06054b50 || U16(end, 20) != end.Length - EndLength) { continue; }
            long count = U16(end, 10);
            long length = U32(end, 12);
            long offset = U32(end, 16);
            var locatorAt = file.Length - tailLength + at - 20;
            if (count != ushort.MaxValue && length != uint.MaxValue && offset != uint.MaxValue) { return (offset, length, count); }

            var locator = file.Read(locatorAt, 20, "the zip64 locator");
            if (U32(locator, 0) != 0x07064b50) { throw file.Damaged("its zip64 locator is missing"); }
            var end64 = file.Read(I64(locator, 8), 56, "the zip64 end record");
            if (U32(end64, 0) != 0x06064b50) { throw file.Damaged("its zip64 end record is missing"); }
            return (I64(end64, 48), I64(end64, 40), I64(end64, 32));
        }

        throw file.Damaged("its zip directory is missing: the file was cut off");
    }

    static StoredBytes ReadMember(CheckpointFile file, ref Span<byte> directory, int index)
    {
        if (directory.Length < 46 || U32(directory, 0) != 0x02014b50) { throw file.Damaged($"entry {index} of its zip directory is not one"); }
        var (nameLength, extraLength, commentLength) = (U16(directory, 28), U16(directory, 30), U16(directory, 32));
        var total = 46 + nameLength + extraLength + commentLength;
        if (directory.Length < total) { throw file.Damaged($"entry {index} of its zip directory is cut off"); }

        var name = Encoding.UTF8.GetString(directory.Slice(46, nameLength));
        if (name.StartsWith('/') || name.Contains('\\') || name.Contains('\0') || name.Split('/').Any(part => part is ".." or "."))
        {
            throw file.Damaged($"zip member '{name.Printable()}' has a name that leaves its folder");
        }

        var plain = (U16(directory, 8) & 1) == 0 && U16(directory, 10) == 0; // neither encrypted nor compressed
        long compressed = U32(directory, 20);
        long length = U32(directory, 24);
        long header = U32(directory, 42);
        ReadZip64(directory.Slice(46 + nameLength, extraLength), ref length, ref compressed, ref header);
        var local = file.Read(header, 30, $"zip member '{name.Printable()}'");
        var offset = header + 30 + U16(local, 26) + U16(local, 28);
        if (U32(local, 0) != 0x04034b50 || (plain && length != compressed) || compressed < 0 || offset > file.Length - compressed)
        {
            throw file.Damaged($"zip member '{name.Printable()}' claims {compressed} bytes at byte {offset} of {file.Length}");
        }

        var crc = U32(directory, 16);
        directory = directory[total..];
        return new StoredBytes(name, offset, compressed, crc, Plain: plain);
    }

    /// <summary>The extra field with id 1 holds, in this order, the numbers that did not fit 32 bits.</summary>
    static void ReadZip64(ReadOnlySpan<byte> extra, ref long length, ref long compressed, ref long header)
    {
        for (; extra.Length >= 4; extra = extra[(4 + U16(extra, 2))..])
        {
            if (U16(extra, 2) > extra.Length - 4) { return; }
            if (U16(extra, 0) != 1) { continue; }
            var numbers = extra.Slice(4, U16(extra, 2));
            Take(ref numbers, ref length);
            Take(ref numbers, ref compressed);
            Take(ref numbers, ref header);
            return;
        }

        static void Take(ref ReadOnlySpan<byte> numbers, ref long value)
        {
            if (value != uint.MaxValue || numbers.Length < 8) { return; }
            value = I64(numbers, 0);
            numbers = numbers[8..];
        }
    }

    static ushort U16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    static uint U32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    static long I64(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadInt64LittleEndian(bytes[at..]);
}
