namespace DetrPerfLab.Measure;

/// <summary>What a variant is doing, or has come to.</summary>
public enum BenchState
{
    Waiting, // its turn to be opened has not come
    Opening, // loading, checking, warming up
    Ready, // while another has its turn
    Measuring,
    MeasuringMemory,
    Gap, // has no samples
}

/// <summary>A variant as a live table shows it, with the median latency of each of its turns, milliseconds.</summary>
public sealed record BenchRow(string Variant, BenchState State, IReadOnlyList<double> TurnMedians, string? Gap);

/// <summary>How far a bench is.</summary>
/// <param name="Left">Until the end; null while not every variant is warm.</param>
public sealed record BenchProgress(IReadOnlyList<BenchRow> Rows, int Round, int Rounds, TimeSpan? Left);
