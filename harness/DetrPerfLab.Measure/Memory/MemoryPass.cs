using DetrPerfLab.Core;

namespace DetrPerfLab.Measure;

/// <summary>Measures memory in a pass of its own, so that no tracker disturbs the timing.</summary>
public static class MemoryPass
{
    /// <summary>Runs the warm operation and reads what it took. All threads count: other work in the process would be charged too.</summary>
    /// <param name="operation">Already warm.</param>
    /// <param name="operations">Runs; more give a truer mean and more collections.</param>
    /// <remarks>The longest pause is that of one operation; several collections in it count together.</remarks>
    public static (MemoryInfo Memory, GcInfo Gc) Measure(IOperation operation, int operations)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(operations);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var reset = ProcessMemory.TryResetPeak();
        int gen0 = GC.CollectionCount(0), gen1 = GC.CollectionCount(1), gen2 = GC.CollectionCount(2);
        var (pauseBefore, longest) = (GC.GetTotalPauseDuration(), TimeSpan.Zero);
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        for (var i = 0; i < operations; i++)
        {
            var paused = GC.GetTotalPauseDuration();
            operation.Run();
            operation.Synchronize();
            paused = GC.GetTotalPauseDuration() - paused;
            if (paused > longest) { longest = paused; }
        }

        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        // A generation's count includes the collections of older ones.
        gen2 = GC.CollectionCount(2) - gen2;
        gen1 = GC.CollectionCount(1) - gen1 - gen2;
        gen0 = GC.CollectionCount(0) - gen0 - gen1 - gen2;
        var pause = GC.GetTotalPauseDuration() - pauseBefore;
        var reading = ProcessMemory.Read();
        var committed = GC.GetGCMemoryInfo(GCKind.Any).TotalCommittedBytes;
        var memory = new MemoryInfo
        {
            AllocatedBytesPerOperation = allocated / (double)operations,
            SteadyRssBytes = reading.RssBytes,
            PeakRssBytes = reset ? reading.PeakRssBytes : null, // without a reset it would be the peak of loading
            ManagedCommittedBytes = committed,
            NativeBytes = reading.AnonymousBytes is { } anonymous ? Math.Max(0, anonymous - committed) : null,
            MappedBytes = reading.FileBytes,
        };
        return (memory, new()
        {
            Gen0 = gen0,
            Gen1 = gen1,
            Gen2 = gen2,
            TotalPauseMs = pause.TotalMilliseconds,
            MaxPauseMs = longest.TotalMilliseconds,
            Operations = operations,
        });
    }
}
