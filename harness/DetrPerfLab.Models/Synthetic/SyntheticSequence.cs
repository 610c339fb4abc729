using System.Text;

namespace DetrPerfLab.Models;

/// <summary>The number source of synthetic-v1: a sequence in [-1, 1) that any language can regenerate bit for bit from a name.</summary>
/// <remarks>
/// <code>
/// seed = FNV-1a 64 of the UTF-8 name
/// z    = seed + 0x9E3779B97F4A7C15 * (i + 1)          i = 0, 1, …, all arithmetic mod 2^64
/// z    = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9
/// z    = (z ^ (z >> 27)) * 0x94D049BB133111EB
/// z    =  z ^ (z >> 31)
/// u_i  = float32(z >> 40) * 2^-24 * 2 - 1              exact: 24 bits fit a float32
/// </code>
/// Source: SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014) run on a counter; FNV-1a (Fowler, Noll, Vo), which System.IO.Hashing lacks.
/// </remarks>
public static class SyntheticSequence
{
    const float UnitStep = 1f / (1 << 23);

    internal static ulong Seed(string name)
    {
        var hash = 0xcbf29ce484222325;
        foreach (var octet in Encoding.UTF8.GetBytes(name)) { hash = unchecked((hash ^ octet) * 0x100000001b3); }
        return hash;
    }

    /// <summary>value_i = offset + amplitude * u_i of the sequence of that name, each step rounded to float32.</summary>
    public static void Fill(string name, Span<float> destination, float amplitude = 1, float offset = 0)
    {
        var random = new DeterministicRandom(Seed(name));
        for (var i = 0; i < destination.Length; i++)
        {
            // Through int: a 24-bit value converts with one instruction, where ulong to float needs a branch.
            var unit = ((int)(random.NextUInt64() >> 40) * UnitStep) - 1;
            destination[i] = offset + (amplitude * unit);
        }
    }
}
