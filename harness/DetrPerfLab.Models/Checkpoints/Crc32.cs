namespace DetrPerfLab.Models;

/// <summary>The checksum of zip members: finds the flipped bits of a bad copy before they become wrong weights.</summary>
/// <remarks>Polynomial 0xEDB88320 (ISO 3309), eight bytes a step with eight tables. The processor's own instruction computes another polynomial.</remarks>
static class Crc32
{
    const int Lanes = 8;
    static readonly uint[] s_tables = MakeTables(); // [lane, byte]

    internal static uint Compute(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        var tables = s_tables.AsSpan();
        for (; bytes.Length >= Lanes; bytes = bytes[Lanes..])
        {
            var word = BitConverter.ToUInt64(bytes) ^ crc;
            crc = 0;
            for (var lane = 0; lane < Lanes; lane++)
            {
                crc ^= tables[((Lanes - 1 - lane) * 256) + (byte)(word >> (8 * lane))];
            }
        }

        foreach (var octet in bytes) { crc = (crc >> 8) ^ tables[(byte)(crc ^ octet)]; }
        return ~crc;
    }

    static uint[] MakeTables()
    {
        var tables = new uint[Lanes * 256];
        for (var i = 0u; i < 256; i++)
        {
            var crc = i;
            for (var bit = 0; bit < 8; bit++) { crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320); }
            tables[i] = crc;
        }

        // Table k holds the effect of a byte that k further zero bytes follow.
        for (var i = 256; i < tables.Length; i++) { tables[i] = (tables[i - 256] >> 8) ^ tables[(byte)tables[i - 256]]; }
        return tables;
    }
}
