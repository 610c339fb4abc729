namespace DetrPerfLab.Core;

/// <summary>The GPU beside a result, read after the memory pass; figures are null where they are not told, with the reason.</summary>
public sealed record GpuInfo
{
    /// <summary>Its name and driver, for example <c>NVIDIA T4, driver 580.65</c>.</summary>
    public string? Name { get; init; }

    /// <summary>Memory in use on the whole GPU, bytes, other programs' included.</summary>
    public long? UsedBytes { get; init; }

    /// <summary>Memory that it has, bytes.</summary>
    public long? TotalBytes { get; init; }

    /// <summary>Share in [0, 1] of the driver's last sampling period in which a kernel ran.</summary>
    public double? Use { get; init; }

    /// <summary>Tensors that one inference copies to the GPU, and their bytes.</summary>
    public CopyCount ToDevice { get; init; }

    /// <summary>Tensors that one inference copies back, and their bytes.</summary>
    public CopyCount ToHost { get; init; }

    /// <summary>Why memory and use are not told; null when they are.</summary>
    public string? Reason { get; init; }

    /// <summary>The same in words, for the findings of a result.</summary>
    public IEnumerable<Finding> Findings()
    {
        yield return new("copies", "an inference copies its inputs to buffers on the GPU and its outputs back, and the time of that is in the samples", $"{ToDevice} to the GPU, {ToHost} back");
        yield return new("gpu", Reason is null ? "memory of the whole GPU, other programs' included, and its use, read after the memory pass" : $"memory and use of the GPU are not told: {Reason}",
            Reason is null ? string.Create(CultureInfo.InvariantCulture, $"{Name}: {UsedBytes / 1048576.0:F0} of {TotalBytes / 1048576.0:F0} MiB, {Use:0 %}") : null);
    }
}

/// <summary>Copies of one inference.</summary>
public readonly record struct CopyCount(int Tensors, long Bytes)
{
    /// <summary>For example <c>2 tensors, 13.6 MB</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Tensors} {(Tensors == 1 ? "tensor" : "tensors")}, {Bytes / 1e6:0.##} MB");
}
