namespace DetrPerfLab.Core;

/// <summary>What a runtime says of the arena that its sessions take memory from, read after the memory pass; figures are null where it does not tell, with the reason.</summary>
public sealed record ArenaInfo
{
    /// <summary>Handed out now, bytes: between two inferences, weights as far as the runtime takes their memory from the arena.</summary>
    public long? BytesInUse { get; init; }

    /// <summary>Most that was handed out at once, bytes.</summary>
    public long? LargestBytesInUse { get; init; }

    /// <summary>Taken from the system and not given back, bytes: what is in use and what is kept for the next inference.</summary>
    public long? ReservedBytes { get; init; }

    /// <summary>Times it had to ask the system for more.</summary>
    public long? Extensions { get; init; }

    /// <summary>Times it gave memory back.</summary>
    public long? Shrinkages { get; init; }

    /// <summary>Why there are no figures; null when there are.</summary>
    public string? Reason { get; init; }
}
