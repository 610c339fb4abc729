namespace DetrPerfLab.Cli;

/// <summary>A candidate with all that was measured of it.</summary>
/// <param name="SpeedUp">Over ONNX Runtime's FP32 with default options, rounds paired.</param>
sealed record Finalist(Arm Arm, RunResult Run, Judgement Judged, Interval SpeedUp)
{
    internal double MedianMs => Quantile.Median([.. Run.SamplesMs]);
    internal double? PeakMiB => Run.Memory?.PeakRssBytes / (1024.0 * 1024);
    internal double ModelMiB => Run.Artefact!.Bytes / (1024.0 * 1024);
    internal bool IsExact => VariantRegistry.Get(Arm.Variant).IsExact;

    /// <summary>Why it may not be picked; null where it may.</summary>
    internal string? Refusal(OptimizeOptions options, Judge judge) =>
        Judged.Loss.Value > judge.MostLoss ? FormattableString.Invariant($"loses {Judged.Loss.Value:F1} points of {judge.Measure}, limit {judge.MostLoss:0.##}: {judge.Limit}")
        : MedianMs > options.MaxLatencyMs ? FormattableString.Invariant($"takes {MedianMs:F1} ms, limit {options.MaxLatencyMs:0.##}: --max-latency")
        : PeakMiB > options.MaxMemoryMiB ? FormattableString.Invariant($"takes {PeakMiB:F0} MiB, limit {options.MaxMemoryMiB:0.##}: --max-memory")
        : PeakMiB is null && options.MaxMemoryMiB is not null ? "its memory could not be measured, and --max-memory is given"
        : Run.IsContaminated ? "the machine was busy with something else while it was measured"
        : null;
}

/// <summary>Chooses among finalists. Of those that the times cannot tell apart, the one that loses least, then the smaller file.</summary>
static class Picks
{
    internal static IReadOnlyDictionary<PickName, Finalist> Of(IReadOnlyList<Finalist> finalists, OptimizeOptions options, Judge judge)
    {
        var allowed = finalists.Where(f => f.Refusal(options, judge) is null).ToList();
        var picks = new Dictionary<PickName, Finalist>();
        Add(PickName.Safest, allowed.Where(f => f.IsExact));
        Add(PickName.Balanced, allowed.Where(f => f.Judged.Loss.Value <= judge.MostLoss / 2));
        Add(PickName.Fastest, allowed);
        return picks;

        void Add(PickName name, IEnumerable<Finalist> among)
        {
            if (Best([.. among]) is { } best) { picks[name] = best; }
        }
    }

    static Finalist? Best(IReadOnlyList<Finalist> among)
    {
        if (among.Count == 0) { return null; }
        var fastest = among.MinBy(f => f.MedianMs)!;
        return among.Where(f => f == fastest || !IsFaster(fastest, f)).OrderBy(f => f.IsExact ? 0 : 1).ThenBy(f => f.Judged.Loss.Value).ThenBy(f => f.Arm.Threads == 0 && f.Arm.Spinning ? 0 : 1).ThenBy(f => f.Run.Artefact!.Bytes).First();
    }

    /// <summary>Whether the times decide it: the whole interval of their ratio lies above 1.</summary>
    internal static bool IsFaster(Finalist one, Finalist other) => Bootstrap.RatioOfMedians([.. other.Run.RoundsMs], [.. one.Run.RoundsMs], paired: true) is { Lower: > 1 };
}
