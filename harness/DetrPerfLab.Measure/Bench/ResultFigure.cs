using static System.FormattableString;

namespace DetrPerfLab.Measure;

/// <summary>A column of a table of results: the same in <c>detrlab bench</c> and in the BenchmarkDotNet suites. A column that no row fills is left out.</summary>
/// <param name="Format">The cell; null for an empty one. Takes the result and its speed-up in words, null where it has none.</param>
/// <param name="Unit">Stands in the head, so that cells hold numbers alone; null for words and counts, and where the name is the unit.</param>
public sealed record ResultFigure(string Name, string? Unit, string Legend, Func<RunResult, string?, string?> Format)
{
    const double Mebibyte = 1 << 20;

    public string Heading => Unit is null ? Name : $"{Name}, {Unit}"; // for example "Median, ms"

    public bool IsNumeric => Name is not ("Variant" or "Case" or "Machine"); // whether cells are figures, which stand to the right

    public static IReadOnlyList<ResultFigure> All { get; } =
    [
        new("Variant", null, "What does the work", (r, _) => r.Variant),
        new("Case", null, "What the suite sets besides", (r, _) => string.Join(", ", r.Parameters.Select(p => $"{p.Key} {p.Value}"))),
        new("Samples", null, "Timed operations, or groups of them where one is too short for the clock", (r, _) => r.SamplesMs.Count.ToString(CultureInfo.InvariantCulture)),
        new("Median", "ms", "Median latency of one operation", (r, _) => Summary(r) is { } s ? Digits(s.Median) : null),
        new("95 %", "ms", "Bootstrap interval of the median; empty below six samples",
            (r, _) => Summary(r)?.MedianInterval is { } i ? $"{Digits(i.Lower)} to {Digits(i.Upper)}" : null),
        new("p90", "ms", "90th percentile; empty below 64 samples, which it needs at 99 % confidence", (r, _) => Summary(r)?.P90.Value is { } p90 ? Digits(p90) : null),
        new("p99", "ms", "99th percentile; empty below 662 samples", (r, _) => Summary(r)?.P99.Value is { } p99 ? Digits(p99) : null),
        new("Speed-up", "x", "How many times faster per image than the row that the others are compared with; in brackets its 95 % interval where rounds were interleaved", (_, s) => s),
        new("Images/s", null, "Images a second at the median; of a server those that it answered", (r, _) => r.ImagesPerSecond is { } rate ? Invariant($"{rate:F2}") : null),
        new("Allocated", "B", "Managed memory allocated by one operation", (r, _) => r.Memory?.AllocatedBytesPerOperation is { } bytes ? Invariant($"{bytes:F0}") : null),
        new("Peak RSS", "MiB", "Largest resident memory of the case's processes in the memory pass", (r, _) => r.Memory?.PeakRssBytes is { } bytes ? Invariant($"{bytes / Mebibyte:F0}") : null),
        new("Model", "MiB", "Size of the artefact that was timed", (r, _) => r.Artefact is { } artefact ? Invariant($"{artefact.Bytes / Mebibyte:F1}") : null),
        new("Max diff", "logits", "Largest difference of logits to the reference", (r, _) => r.Agreement is { } agreement ? Invariant($"{agreement.LogitsMaxAbs:0.0E+0}") : null),
        new("Machine", null, "Whether something disturbed the run", (r, _) => r.Contamination?.Verdict.ToString().ToLowerInvariant()),
    ];

    static SampleSummary? Summary(RunResult result) => SampleSummary.Of(result);

    /// <summary>Four significant digits: operations last from microseconds to seconds.</summary>
    static string Digits(double ms) => ms.ToString(ms >= 1000 ? "F0" : ms >= 100 ? "F1" : ms >= 1 ? "F2" : "0.#####", CultureInfo.InvariantCulture);
}
