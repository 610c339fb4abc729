namespace DetrPerfLab.Core;

/// <summary>Memory of one case, bytes; null where this machine does not report it.</summary>
/// <param name="SteadyRssBytes">Resident set of the process once loaded and warm, read after the operations of the memory pass.</param>
/// <param name="GrowthBytes">Resident set after all timed operations less that before them, in suites whose operations give back what they take: what stays is kept for later, or fragmented.</param>
/// <param name="NativeBytes">Resident memory without a file behind it, less the managed heap: native heaps and arenas. A lower bound, since the managed heap need not be resident.</param>
/// <param name="PageFaultsPerOperation">Pages that an operation touched for the first time since the system gave them, so that the kernel had to make them, zeroed: once warm, what was given back and taken anew.</param>
/// <param name="MappedWeightsBytes">Of <paramref name="MappedBytes"/>, weights that the engine reads in place from files beside the model; zero where it copied them into memory of its own.</param>
public sealed record MemoryInfo(
    double? AllocatedBytesPerOperation = null, long? SteadyRssBytes = null, long? PeakRssBytes = null, long? GrowthBytes = null, long? ManagedCommittedBytes = null,
    long? NativeBytes = null, long? MappedBytes = null, long? MappedWeightsBytes = null, ArenaInfo? Arena = null, GpuInfo? Gpu = null,
    double? PageFaultsPerOperation = null);

/// <summary>What a runtime says of the arena that its sessions take memory from, read after the memory pass; figures are null where it does not tell, with the reason.</summary>
/// <param name="BytesInUse">Handed out now, bytes: between two inferences, weights as far as the runtime takes their memory from the arena.</param>
/// <param name="ReservedBytes">Taken from the system and not given back, bytes: what is in use and what is kept for the next inference.</param>
public sealed record ArenaInfo(
    long? BytesInUse = null, long? LargestBytesInUse = null, long? ReservedBytes = null, long? Extensions = null, long? Shrinkages = null, string? Reason = null);

/// <summary>The GPU beside a result, read after the memory pass; figures are null where they are not told, with the reason.</summary>
/// <param name="UsedBytes">Memory in use on the whole GPU, bytes, other programs' included.</param>
/// <param name="Use">Share in [0, 1] of the driver's last sampling period in which a kernel ran.</param>
public sealed record GpuInfo(
    string? Name = null, long? UsedBytes = null, long? TotalBytes = null, double? Use = null, CopyCount ToDevice = default, CopyCount ToHost = default, string? Reason = null)
{
    public IEnumerable<Finding> Findings()
    {
        yield return new("copies", "an inference copies its inputs to buffers on the GPU and its outputs back, and the time of that is in the samples", $"{ToDevice} to the GPU, {ToHost} back");
        yield return new("gpu", Reason is null ? "memory of the whole GPU, other programs' included, and its use, read after the memory pass" : $"memory and use of the GPU are not told: {Reason}",
            Reason is null ? string.Create(CultureInfo.InvariantCulture, $"{Name}: {UsedBytes / 1048576.0:F0} of {TotalBytes / 1048576.0:F0} MiB, {Use:0 %}") : null);
    }
}

/// <summary>Tensors that one inference copies, and the bytes of all of them.</summary>
public readonly record struct CopyCount(int Tensors, long Bytes)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Tensors} {(Tensors == 1 ? "tensor" : "tensors")}, {Bytes / 1e6:0.##} MB");
}
