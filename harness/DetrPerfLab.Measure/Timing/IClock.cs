using System.Diagnostics;

namespace DetrPerfLab.Measure;

/// <summary>The time, as the harness sees it; tests put a virtual one in its place.</summary>
public interface IClock
{
    /// <summary>Rising; one unit is <see cref="MillisecondsPerTick"/>.</summary>
    long Ticks { get; }

    /// <summary>Length of a tick.</summary>
    double MillisecondsPerTick { get; }
}

/// <summary>The machine's monotonic high-resolution clock.</summary>
public sealed class SystemClock : IClock
{
    SystemClock()
    {
    }

    /// <summary>The only one.</summary>
    public static SystemClock Instance { get; } = new();

    /// <inheritdoc/>
    public long Ticks => Stopwatch.GetTimestamp();

    /// <inheritdoc/>
    public double MillisecondsPerTick { get; } = 1000.0 / Stopwatch.Frequency;
}
