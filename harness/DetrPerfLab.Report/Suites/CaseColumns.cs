namespace DetrPerfLab.Report;

/// <summary>The columns that suites choose from.</summary>
static class CaseColumns
{
    const string NoMemory = "memory was not measured, or this system cannot tell it";
    const string NoCollections = "collections were not counted";
    const string NoArena = "the runtime told nothing of its arena";

    internal static CaseColumn Variant { get; } = new(new("variant"), view => new(Inline.Code(view.Run.Variant), hint: view.Run.Id));

    internal static CaseColumn Judgement { get; } = new(new("verdict", Help: "by the whole interval of the comparison"), Cells.Verdict);

    internal static CaseColumn Latency { get; } = CaseColumn.Figure("latency, ms", "median of one operation; 95 % interval below", Cells.Latency);

    internal static CaseColumn P90 { get; } = CaseColumn.Figure("p90, ms", "only from enough samples", view => Cells.Percentile(view, s => s.P90));

    internal static CaseColumn P99 { get; } = CaseColumn.Figure("p99, ms", "only from enough samples", view => Cells.Percentile(view, s => s.P99));

    internal static CaseColumn SpeedUp { get; } = CaseColumn.Figure("speed-up", "over the row marked baseline; 95 % interval below", Compared);

    internal static CaseColumn ImagesPerSecond { get; } = CaseColumn.Figure("images/s", "at the median", Cells.ImagesPerSecond);

    internal static CaseColumn LatencyPerImage { get; } = CaseColumn.Figure("ms/image", "median of one operation over its images; 95 % interval below", view => Scaled(view, 1.0 / view.Run.ImagesPerOperation));

    internal static CaseColumn Allocated { get; } = CaseColumn.Figure("managed", "managed bytes allocated by one operation", Cells.Allocation);

    internal static CaseColumn AllocatedPerImage { get; } = CaseColumn.Figure("managed/image", "managed bytes allocated for one image",
        view => view.Run.Memory?.AllocatedBytesPerOperation / view.Run.ImagesPerOperation, Format.Bytes, "allocations were not measured");

    internal static CaseColumn Peak { get; } = CaseColumn.Figure("peak, MiB", "largest resident set while the operations ran", Cells.PeakMemory);

    internal static CaseColumn PeakOfBaseline { get; } = CaseColumn.Figure("peak of baseline", "peak memory over that of the row marked baseline",
        view => view.Run.Memory?.PeakRssBytes / (double?)view.Baseline?.Run.Memory?.PeakRssBytes, share => Format.Percent(share), NoMemory);

    internal static CaseColumn Steady { get; } = CaseColumn.Figure("steady, MiB", "resident once warm, after the operations of the memory pass", view => view.Run.Memory?.SteadyRssBytes, Format.Mebibytes, NoMemory);

    internal static CaseColumn ModelSize { get; } = CaseColumn.Figure("model, MiB", null, Cells.ModelSize);

    internal static CaseColumn Ap { get; } = CaseColumn.Figure("AP", "COCO AP@[.50:.95] in points; difference to the reference below", Cells.Ap);

    internal static CaseColumn Difference { get; } = CaseColumn.Figure("max difference", "largest difference to the reference, of logits and of boxes", Cells.Difference);

    internal static CaseColumn Operations { get; } = CaseColumn.Figure("GFLOP", "10⁹ operations of one inference, counted from the graph", view => view.Run.Flops / 1e9, Format.Significant, "operations were not counted");

    internal static CaseColumn Rate { get; } = CaseColumn.Figure("GFLOP/s", "operations over the median",
        view => view.Run.Flops / 1e6 / view.Summary?.Median, Format.Significant, "operations were not counted");

    internal static CaseColumn PeakShare { get; } = CaseColumn.Figure("of peak", "of the peak measured on this machine in that precision", PeakChart.Share, share => Format.Percent(share), "the machine's peak was not probed, or operations were not counted");

    internal static CaseColumn Padding { get; } = CaseColumn.Figure("padding", "share of the pixels fed that hold no image", view => view.Run.PaddedShare, share => Format.Percent(share), "the result does not tell how much was padded");

    /// <summary>Share of the ideal: the speed-up over as many times more threads.</summary>
    internal static CaseColumn Efficiency { get; } = CaseColumn.Figure("efficiency", "speed-up over as many times more threads; 100 % is ideal", EfficiencyOf, share => Format.Percent(share), "not compared");

    internal static CaseColumn TimeOfBaseline { get; } = CaseColumn.Figure("time of baseline", "latency over that of the row marked baseline",
        view => 1 / view.SpeedUp?.Value, share => Format.Percent(share), "not compared");

    internal static CaseColumn StepFactor { get; } = CaseColumn.Figure("this step", "times faster than the step before; 95 % interval below",
        view => view.Previous is not { } before || view.Run.Repeated ? Cell.Blank
            : Cells.Factor(Estimate.Ratio(before, view)!.Value) with { Note = Disturbed.Mark(before, view).Length > 0 ? "one of the two runs was contaminated: nothing is decided by it" : null });

    internal static CaseColumn Cumulative { get; } = CaseColumn.Figure("all so far", "times faster than the first step; 95 % interval below", Compared);

    internal static CaseColumn NanosecondsAPixel { get; } = CaseColumn.Figure("ns a pixel", "median; what it is a pixel of stands below", view => view.Run.Pixels is not { Count: > 0 } pixels || view.Median is not { } median
        ? view.Gap is null ? Cell.Empty("the result does not tell its pixels") : Cell.Blank
        : new(Format.Significant(median.Value * 1e6 / pixels.Count), median.Value * 1e6 / pixels.Count, $"{pixels.Count} pixels") { Second = $"of {pixels.Of}" });

    internal static CaseColumn Microseconds { get; } = CaseColumn.Figure("µs", "median of one run; 95 % interval below", view => Scaled(view, 1000));

    internal static CaseColumn NanosecondsAQuery { get; } = CaseColumn.Figure("ns a query", "median", view => view.Summary?.Median * 1e6 / view.Number("queries"), Format.Significant, "the result does not tell its queries");

    /// <summary>Collections of each generation and what they cost.</summary>
    internal static CaseColumn[] Collections { get; } =
    [
        CaseColumn.Figure("gen0", "collections while the samples were taken", view => view.Run.Gc?.Gen0, Whole, NoCollections),
        CaseColumn.Figure("gen1", null, view => view.Run.Gc?.Gen1, Whole, NoCollections),
        CaseColumn.Figure("gen2", null, view => view.Run.Gc?.Gen2, Whole, NoCollections),
        CaseColumn.Figure("pauses, ms", "in all", view => view.Run.Gc?.TotalPauseMs, Format.Significant, NoCollections),
        CaseColumn.Figure("most, ms", "pauses of one sample together", view => view.Run.Gc?.MaxPauseMs, Format.Significant, NoCollections),
        CaseColumn.Figure("pause, µs/image", "all pauses over all images", PausePerImage, Format.Significant, NoCollections),
    ];

    /// <summary>What the runtime keeps and does not use, and whether it grows.</summary>
    internal static CaseColumn[] Fragmentation { get; } =
    [
        CaseColumn.Figure("growth, MiB", "resident memory after all runs less before them, though each gave back what it took", view => view.Run.Memory?.GrowthBytes, Format.Mebibytes, "resident memory was not followed"),
        Arena("arena, MiB", "reserved from the system", arena => arena.ReservedBytes, Format.Mebibytes),
        Arena("in use, MiB", "of the arena, between two inferences", arena => arena.BytesInUse, Format.Mebibytes),
        Arena("most in use, MiB", "of the arena, while the sizes ran", arena => arena.LargestBytesInUse, Format.Mebibytes),
        Arena("idle", "share of the arena that is kept without use", arena => arena is { ReservedBytes: > 0 and var reserved, BytesInUse: { } used } ? 1 - (used / (double)reserved) : null, share => Format.Percent(share)),
    ];

    internal static double? EfficiencyOf(CaseView view) => view.SpeedUp?.Value * view.Baseline?.Number("threads") / view.Number("threads");

    static double? PausePerImage(CaseView view) =>
        view.Run.Gc is { Operations: > 0 and var operations } gc ? gc.TotalPauseMs * 1000 / (operations * Math.Max(1, view.Run.ImagesPerOperation)) : null;

    static CaseColumn Arena(string heading, string help, Func<ArenaInfo, double?> value, Func<double, string> format) => CaseColumn.Figure(heading, help,
        view => view.Run.Memory?.Arena is { } arena && value(arena) is { } number ? new(format(number), number)
            : view.Gap is null ? Cell.Empty(view.Run.Memory?.Arena?.Reason ?? NoArena) : Cell.Blank);

    static Cell Compared(CaseView view) => Cells.SpeedUp(view, "nothing that was measured differs from it in the suite's axis alone");

    static Cell Scaled(CaseView view, double factor) => view.Median is not { } median ? Cell.Blank
        : new(Format.Significant(median.Value * factor), median.Value * factor, Cells.Spread(view.Summary!)) { Second = Cells.Range(median.Interval?.Scale(factor)) };

    static string Whole(double count) => Format.Number(count, 0);
}
