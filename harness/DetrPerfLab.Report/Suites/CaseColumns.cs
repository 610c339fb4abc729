using static DetrPerfLab.Report.CaseColumn;

namespace DetrPerfLab.Report;

/// <summary>The columns that tables of cases choose from.</summary>
static class CaseColumns
{
    const string NoMemory = "memory was not measured, or this system does not report it";
    const string NoCollections = "collections were not counted";
    const string NoLoad = "the load was not counted";
    const string NoOperations = "operations were not counted";

    internal static CaseColumn Variant { get; } = Text("variant", view => new(Inline.Code(view.Run.Variant)));
    internal static CaseColumn Judgement { get; } = Text("verdict", Cells.Verdict, "by the whole interval of the comparison");
    internal static CaseColumn Latency { get; } = Figure("latency, ms", "median of one operation; 95 % interval below", Cells.Latency);
    internal static CaseColumn P90 { get; } = Percentile("p90, ms", s => s.P90);
    internal static CaseColumn P99 { get; } = Percentile("p99, ms", s => s.P99);
    internal static CaseColumn SpeedUp { get; } = Figure("speed-up", "over the row marked baseline; 95 % interval below", Compared);
    internal static CaseColumn ImagesPerSecond { get; } = Figure("images/s", "at the median", view => view.ImagesPerSecond, Format.Significant, "not measured");
    internal static CaseColumn LatencyPerImage { get; } = Figure("ms/image", "median of one operation over its images; 95 % interval below", view => Scaled(view, 1.0 / view.Run.ImagesPerOperation));
    internal static CaseColumn Allocated { get; } = Figure("managed", "managed bytes allocated by one operation", view => view.Run.Memory?.AllocatedBytesPerOperation, Format.Bytes, "allocations were not measured");

    internal static CaseColumn AllocatedPerImage { get; } = Figure("managed/image", "managed bytes allocated per image",
        view => view.Run.Memory?.AllocatedBytesPerOperation / view.Run.ImagesPerOperation, Format.Bytes, "allocations were not measured");

    internal static CaseColumn Peak { get; } = Figure("peak, MiB", "largest resident set while the operations ran", view => view.Run.Memory?.PeakRssBytes, Format.Mebibytes, "peak memory was not measured, or this system does not report it");

    internal static CaseColumn PeakToBaseline { get; } = Figure("peak/baseline", "peak memory over that of the row marked baseline",
        view => view.Run.Memory?.PeakRssBytes / (double?)view.Baseline?.Run.Memory?.PeakRssBytes, share => Format.Percent(share), NoMemory);

    internal static CaseColumn PageFaults { get; } = Figure("page faults", "of one operation: pages that the kernel had to make, zeroed",
        view => view.Run.Memory?.PageFaultsPerOperation, faults => faults.ToString("N0", CultureInfo.InvariantCulture), "page faults were not counted, or this system does not count them");

    internal static CaseColumn Steady { get; } = Figure("steady, MiB", "resident once warm, after the operations of the memory pass", view => view.Run.Memory?.SteadyRssBytes, Format.Mebibytes, NoMemory);

    internal static CaseColumn ModelSize { get; } = Figure("model, MiB", null, view => view.Run.Artefact is { } artefact
        ? new(Format.Mebibytes(artefact.Bytes), artefact.Bytes)
        : Cells.Missing(view, "no artefact was stored"));

    internal static CaseColumn Ap { get; } = Figure("AP", "COCO AP@[.50:.95] in points; difference to the reference below", view => Accurate(view, "AP"));
    internal static CaseColumn Top1 { get; } = Figure("top-1", "share of pictures whose first class is right, in points; difference to the reference below", view => Accurate(view, "top-1"));

    static Cell Accurate(CaseView view, string measure) => view.Accuracy is { } accuracy && accuracy.Name == measure
        ? new(Format.Number(accuracy.Points, 1), accuracy.Points)
        {
            Second = accuracy.Difference is { } d ? Cells.ApDifference(d) : null,
            Note = accuracy.StandIn is { } other ? $"of {other.Model} in the same variant, on {other.Images} drawn scenes, since the weights that were timed are synthetic" : null,
        }
        : Cells.Missing(view, $"{measure} was not measured for this artefact");

    internal static CaseColumn Difference { get; } = Figure("max difference", "largest absolute difference to the reference, of logits and of boxes (fractions of the image)", view => view.Run.Agreement is { } agreement
        ? new(Format.Scientific(agreement.LogitsMaxAbs), agreement.LogitsMaxAbs, $"against {agreement.Reference}") { Second = agreement.BoxesMaxAbs is { } boxes ? $"boxes {Format.Scientific(boxes)}" : null }
        : Cells.Missing(view, "outputs were not compared"));

    internal static CaseColumn Operations { get; } = Figure("GFLOP", "10⁹ operations of one inference, counted from the graph", view => view.Run.Flops / 1e9, Format.Significant, NoOperations);
    internal static CaseColumn Rate { get; } = Figure("GFLOP/s", "operations over the median", view => view.Run.Flops / 1e6 / view.Summary?.Median, Format.Significant, NoOperations);

    internal static CaseColumn PeakShare { get; } = Figure("of peak", "of the peak measured on this machine in that precision",
        PeakChart.Share, share => Format.Percent(share), "the machine's peak was not measured, or operations were not counted");

    internal static CaseColumn OfferedRate { get; } = Figure("offered/s", "requests that were due", view => view.Run.Serving?.OfferedRate, Format.Significant, NoLoad);
    internal static CaseColumn AchievedRate { get; } = Figure("achieved/s", "requests that were answered", view => view.Run.Serving?.AchievedRate, Format.Significant, NoLoad);
    internal static CaseColumn FullShare { get; } = Figure("503", "share of the requests that were told to come again", view => view.Run.Serving?.FullShare, share => Format.Percent(share), NoLoad);
    internal static CaseColumn MeanBatch { get; } = Figure("batch size", "pictures of an inference, mean", view => view.Run.Serving?.MeanBatch, Format.Significant, NoLoad);
    internal static CaseColumn Padding { get; } = Figure("padding", "share of the model's input pixels that only pad", view => view.Run.PaddedShare, share => Format.Percent(share), "the result does not tell how much was padded");
    internal static CaseColumn Efficiency { get; } = Figure("efficiency", "speed-up over the ratio of threads; 100 % is ideal", EfficiencyOf, share => Format.Percent(share), "not compared");
    internal static CaseColumn TimeToBaseline { get; } = Figure("time/baseline", "latency over that of the row marked baseline", view => 1 / view.SpeedUp?.Value, share => Format.Percent(share), "not compared");

    internal static CaseColumn StepFactor { get; } = Figure("this step", "speed-up over the step before; 95 % interval below", view => view.Previous is not { } before || view.Run.Repeated ? Cell.Blank
        : Cells.Factor(Estimate.Ratio(before, view)!.Value));

    internal static CaseColumn Cumulative { get; } = Figure("all so far", "speed-up over the first step; 95 % interval below", Compared);

    internal static CaseColumn NanosecondsPerPixel { get; } = Figure("ns/pixel", "median; below it, which pixels", view => view.Run.Pixels is not { Count: > 0 } pixels || view.Median is not { } median
        ? Cells.Missing(view, "the result does not tell its pixels")
        : new(Format.Significant(median.Value * 1e6 / pixels.Count), median.Value * 1e6 / pixels.Count, $"{pixels.Count} pixels") { Second = $"of {pixels.Of}" });

    internal static CaseColumn Microseconds { get; } = Figure("µs", "median of one run; 95 % interval below", view => Scaled(view, 1000));
    internal static CaseColumn NanosecondsPerQuery { get; } = Figure("ns/query", "median", view => view.Summary?.Median * 1e6 / view.Number("queries"), Format.Significant, "the result does not tell its queries");

    internal static CaseColumn[] Collections { get; } =
    [
        Figure("gen0", "collections while the samples were taken", view => view.Run.Gc?.Gen0, Whole, NoCollections),
        Figure("gen1", null, view => view.Run.Gc?.Gen1, Whole, NoCollections),
        Figure("gen2", null, view => view.Run.Gc?.Gen2, Whole, NoCollections),
        Figure("pauses, ms", "in all", view => view.Run.Gc?.TotalPauseMs, Format.Significant, NoCollections),
        Figure("longest, ms", "largest sum of pauses in one sample", view => view.Run.Gc?.MaxPauseMs, Format.Significant, NoCollections),
        Figure("pause, µs/image", "all pauses over all images", view => view.PauseMsPerImage * 1000, Format.Significant, NoCollections),
    ];

    /// <summary>What the runtime keeps and does not use, and whether it grows.</summary>
    internal static CaseColumn[] Fragmentation { get; } =
    [
        Figure("growth, MiB", "resident memory after all runs less before them, though each gave back what it took", view => view.Run.Memory?.GrowthBytes, Format.Mebibytes, "resident memory was not followed"),
        Arena("arena, MiB", "reserved from the system", arena => arena.ReservedBytes, Format.Mebibytes),
        Arena("in use, MiB", "of the arena, between two inferences", arena => arena.BytesInUse, Format.Mebibytes),
        Arena("most in use, MiB", "of the arena, while the sizes ran", arena => arena.LargestBytesInUse, Format.Mebibytes),
        Arena("idle", "share of the arena that is kept without use", arena => arena is { ReservedBytes: > 0 and var reserved, BytesInUse: { } used } ? 1 - (used / (double)reserved) : null, share => Format.Percent(share)),
    ];

    /// <summary>What a first operation costs; a service that scales to zero pays it each time.</summary>
    internal static CaseColumn[] Cold { get; } =
    [
        First("start to first, ms", "from the start of the process to its first detections", c => c.ProcessToFirstMs),
        First("load, ms", "loading the model and building the engine", c => c.LoadMs),
        First("first, ms", "the engine's first inference", c => c.FirstMs),
    ];

    /// <summary>Where several variants are compared at one set of inputs.</summary>
    internal static CaseColumn[] OfVariants { get; } = [Variant, Judgement, Latency, P90, ImagesPerSecond, SpeedUp, Allocated, Peak, PeakShare, ModelSize];

    internal static double? EfficiencyOf(CaseView view) => view.SpeedUp?.Value * view.Baseline?.Number("threads") / view.Number("threads");

    static CaseColumn Percentile(string heading, Func<SampleSummary, Percentile> of) => Silent(Figure(heading, "only from enough samples", view => view.Summary is not { } summary ? Cell.Blank
        : of(summary) is { Value: { } value } ? new(Format.Significant(value), value) : Cell.Empty(of(summary).Reason!)));

    static CaseColumn Silent(CaseColumn column) => column with { Heading = column.Heading with { Silent = true } };

    static CaseColumn Arena(string heading, string help, Func<ArenaInfo, double?> value, Func<double, string> format) => Figure(heading, help,
        view => view.Run.Memory?.Arena is { } arena && value(arena) is { } number ? new(format(number), number)
            : Cells.Missing(view, view.Run.Memory?.Arena?.Reason ?? "the runtime reports nothing of its arena"));

    static CaseColumn First(string heading, string help, Func<ColdInfo, double?> of) =>
        Figure(heading, help, view => view.Run.Cold is { } cold ? of(cold) : null, Format.Significant, "not measured in this case");

    static Cell Compared(CaseView view) => Cells.SpeedUp(view, "no other measured row differs only in what the suite varies");

    static Cell Scaled(CaseView view, double factor) => view.Median is not { } median ? Cell.Blank
        : new(Format.Significant(median.Value * factor), median.Value * factor) { Second = Cells.Range(median.Interval?.Scale(factor)) };

    static string Whole(double count) => Format.Number(count, 0);
}
