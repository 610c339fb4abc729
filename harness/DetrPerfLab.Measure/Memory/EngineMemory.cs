namespace DetrPerfLab.Measure;

/// <summary>What engines themselves say of their memory, beside what the system says of the process.</summary>
public static class EngineMemory
{
    public static MemoryInfo Complete(MemoryInfo memory, params IReadOnlyList<IInferenceEngine> engines)
    {
        var telling = engines.OfType<IArenaEngine>().ToArray();
        return telling.Length == 0 ? memory : memory with
        {
            Arena = Sum([.. telling.Select(e => e.ReadArena())]),
            // Engines on one file share its pages, and each would count those of all.
            MappedWeightsBytes = telling.Max(e => e.ReadMappedWeightsBytes()),
            Gpu = telling.Select(e => e.ReadGpu()).FirstOrDefault(g => g is not null),
        };
    }

    /// <summary>Several arenas as one; what one of them does not tell is unknown of all, with its reason.</summary>
    /// <remarks>The most in use is then an upper bound: they need not have been at their largest at one time.</remarks>
    public static ArenaInfo Sum(IReadOnlyList<ArenaInfo> arenas)
    {
        return arenas.FirstOrDefault(a => a.Reason is not null) is { } silent ? silent : new()
        {
            BytesInUse = Total(a => a.BytesInUse),
            LargestBytesInUse = Total(a => a.LargestBytesInUse),
            ReservedBytes = Total(a => a.ReservedBytes),
            Extensions = Total(a => a.Extensions),
            Shrinkages = Total(a => a.Shrinkages),
        };

        long? Total(Func<ArenaInfo, long?> figure) => arenas.Aggregate((long?)0, (sum, arena) => sum + figure(arena));
    }
}
