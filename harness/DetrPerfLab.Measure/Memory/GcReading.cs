namespace DetrPerfLab.Measure;

/// <summary>What the garbage collector did up to a moment, or between two. Reading it allocates nothing.</summary>
/// <param name="Gen0">Collections of generation 0 and, as the runtime counts them, of older ones.</param>
public readonly record struct GcReading(int Gen0, int Gen1, int Gen2, double PauseMs)
{
    internal static GcReading Now() => new(GC.CollectionCount(0), GC.CollectionCount(1), GC.CollectionCount(2), GC.GetTotalPauseDuration().TotalMilliseconds);

    internal GcReading Since(in GcReading earlier) => new(Gen0 - earlier.Gen0, Gen1 - earlier.Gen1, Gen2 - earlier.Gen2, PauseMs - earlier.PauseMs);

    /// <summary>All samples together, each generation without the older ones.</summary>
    /// <remarks>The longest pause is that of one sample; several collections in it count together.</remarks>
    internal static GcInfo Sum(IReadOnlyList<GcReading> samples) => new()
    {
        Gen0 = samples.Sum(s => s.Gen0 - s.Gen1),
        Gen1 = samples.Sum(s => s.Gen1 - s.Gen2),
        Gen2 = samples.Sum(s => s.Gen2),
        TotalPauseMs = samples.Sum(s => s.PauseMs),
        MaxPauseMs = samples.Max(s => s.PauseMs),
        Operations = samples.Count,
    };
}
