namespace DetrPerfLab.Measure;

/// <summary>Measures memory in a pass of its own, so that no tracker disturbs the timing.</summary>
public static class MemoryPass
{
    /// <summary>Runs the warm operation and reads what it took. All threads count: other work in the process would be charged too.</summary>
    public static MemoryInfo Measure(IOperation operation, int operations)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(operations);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var reset = ProcessMemory.TryResetPeak();
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var faults = ResourceUsage.Read()?.MinorFaults;
        for (var i = 0; i < operations; i++)
        {
            operation.Run();
            operation.Synchronize();
        }

        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        faults = ResourceUsage.Read()?.MinorFaults - faults;
        var reading = ProcessMemory.Read();
        var committed = GC.GetGCMemoryInfo(GCKind.Any).TotalCommittedBytes;
        return new()
        {
            AllocatedBytesPerOperation = allocated / (double)operations,
            SteadyRssBytes = reading.RssBytes,
            PeakRssBytes = reset ? reading.PeakRssBytes : null, // without a reset it would be the peak of loading
            ManagedCommittedBytes = committed,
            NativeBytes = reading.AnonymousBytes is { } anonymous ? Math.Max(0, anonymous - committed) : null,
            MappedBytes = reading.FileBytes,
            PageFaultsPerOperation = faults / (double)operations,
        };
    }
}
