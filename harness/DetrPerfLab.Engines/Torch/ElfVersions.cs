using System.Buffers.Binary;
using System.Text;

namespace DetrPerfLab.Engines;

/// <summary>The versions of symbols that a 64-bit little-endian ELF library asks other libraries for.</summary>
/// <remarks>Source: System V ABI, chapter 5 (program header, dynamic section); Linux Standard Base, "Symbol Versioning" (Elfxx_Verneed, Elfxx_Vernaux).</remarks>
static class ElfVersions
{
    const int Load = 1, Dynamic = 2; // p_type
    const long StringTable = 5, VersionNeed = 0x6ffffffe, VersionNeedCount = 0x6fffffff; // d_tag
    const ushort Weak = 2; // VER_FLG_WEAK: the loader does not refuse a library that lacks it

    /// <summary>Marks a version that is asked of another library weak, in place; false where it is not asked for, or this is no such file.</summary>
    internal static bool MakeWeak(Span<byte> elf, string library, string version)
    {
        if (elf.Length < 64 || !elf.StartsWith((ReadOnlySpan<byte>)[0x7F, (byte)'E', (byte)'L', (byte)'F', 2, 1])) { return false; }
        var dynamic = Entries(elf);
        if (!dynamic.TryGetValue(VersionNeed, out var need) || !dynamic.TryGetValue(StringTable, out var strings)) { return false; }
        var (at, text) = (OffsetOf(elf, need), OffsetOf(elf, strings));
        for (var left = dynamic.GetValueOrDefault(VersionNeedCount); left > 0; left--)
        {
            var (count, file, aux, next) = (U16(elf, at + 2), U32(elf, at + 4), at + U32(elf, at + 8), U32(elf, at + 12));
            for (var i = 0; i < count && Text(elf, text + file) == library; i++)
            {
                if (Text(elf, text + U32(elf, aux + 8)) == version)
                {
                    BinaryPrimitives.WriteUInt16LittleEndian(elf[(int)(aux + 4)..], (ushort)(U16(elf, aux + 4) | Weak));
                    return true;
                }

                aux += U32(elf, aux + 12);
            }

            at += next;
        }

        return false;
    }

    static Dictionary<long, long> Entries(ReadOnlySpan<byte> elf)
    {
        var entries = new Dictionary<long, long>();
        foreach (var (type, offset, _, size) in Segments(elf))
        {
            for (var at = offset; type == Dynamic && at < offset + size; at += 16) { entries[I64(elf, at)] = I64(elf, at + 8); }
        }

        return entries;
    }

    /// <summary>Where the file holds what will lie at an address.</summary>
    static long OffsetOf(ReadOnlySpan<byte> elf, long address)
    {
        foreach (var (type, offset, start, size) in Segments(elf))
        {
            if (type == Load && address >= start && address < start + size) { return address - start + offset; }
        }

        return elf.Length; // reading there ends with an exception, as for any damaged file
    }

    static List<(uint Type, long Offset, long Address, long Size)> Segments(ReadOnlySpan<byte> elf)
    {
        var (headers, size, count) = (I64(elf, 32), U16(elf, 54), U16(elf, 56));
        var segments = new List<(uint, long, long, long)>(count);
        for (var (i, at) = (0, headers); i < count; i++, at += size) { segments.Add((U32(elf, at), I64(elf, at + 8), I64(elf, at + 16), I64(elf, at + 32))); }
        return segments;
    }

    static string Text(ReadOnlySpan<byte> elf, long at)
    {
        var rest = elf[(int)at..];
        return Encoding.ASCII.GetString(rest[..rest.IndexOf((byte)0)]);
    }

    static ushort U16(ReadOnlySpan<byte> elf, long at) => BinaryPrimitives.ReadUInt16LittleEndian(elf[(int)at..]);

    static uint U32(ReadOnlySpan<byte> elf, long at) => BinaryPrimitives.ReadUInt32LittleEndian(elf[(int)at..]);

    static long I64(ReadOnlySpan<byte> elf, long at) => BinaryPrimitives.ReadInt64LittleEndian(elf[(int)at..]);
}
