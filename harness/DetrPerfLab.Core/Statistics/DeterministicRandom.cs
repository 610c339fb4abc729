namespace DetrPerfLab.Core;

/// <summary>Random numbers that are the same on every machine and .NET version, so that a stored seed repeats a run.</summary>
/// <remarks>SplitMix64. Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.</remarks>
public sealed class DeterministicRandom(ulong seed)
{
    const ulong Golden = 0x9E3779B97F4A7C15;

    ulong _state = seed;

    /// <summary>An independent generator for part <paramref name="stream"/> of parallel work, so that results do not depend on the thread count.</summary>
    public static DeterministicRandom Stream(ulong seed, int stream) => new(Mix(seed + (Golden * (ulong)(stream + 1))) ^ Golden);

    public ulong NextUInt64() => Mix(_state += Golden);

    /// <summary>Uniform in [0, 1), 53 bits.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1L << 53));

    /// <summary>Uniform in 0 … <paramref name="bound"/> - 1, without bias.</summary>
    /// <remarks>Source: Lemire, "Fast random integer generation in an interval", 2019.</remarks>
    public int Next(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);
        var high = Math.BigMul(NextUInt64(), (ulong)bound, out var low);
        if (low < (ulong)bound)
        {
            var unfair = (0UL - (ulong)bound) % (ulong)bound;
            while (low < unfair) { high = Math.BigMul(NextUInt64(), (ulong)bound, out low); }
        }

        return (int)high;
    }

    public void Shuffle<T>(Span<T> items)
    {
        for (var i = items.Length - 1; i > 0; i--)
        {
            var other = Next(i + 1);
            (items[i], items[other]) = (items[other], items[i]);
        }
    }

    static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
