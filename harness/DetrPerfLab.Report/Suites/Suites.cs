using static DetrPerfLab.Report.CaseColumn;
using static DetrPerfLab.Report.CaseColumns;

namespace DetrPerfLab.Report;

/// <summary>All suites, in the order of a report: the one list that benchmarks, pages and commands take them from.</summary>
public static class Suites
{
    /// <summary>The row of the allocator suite in which glibc keeps what is freed.</summary>
    public const string KeptMemory = "glibc keeping freed memory";

    const string BaselineOfRun = $"{VariantName.Baseline} of the same run, else its first variant";
    static readonly SuiteParameter s_ofOneVariant = Fixed(Suite.Variant);

    /// <summary>Every suite; a class of benchmarks without an entry fails a test.</summary>
    public static IReadOnlyList<Suite> All { get; } =
    [
        Comparing("Bench", "the chosen variants, interleaved in one run") with { Command = "./detrlab bench" },
        Comparing("Engine", "the naive-to-clean step and the static-graph step, in FP32") with { Sentences = SuiteSentences.Steps },
        Comparing("Precision", "the precisions of each engine") with
        {
            Columns = [Variant, Judgement, Latency, P90, SpeedUp, Peak, PeakShare, ModelSize, Ap, Difference],
        },
        new("Thread", "scaling over threads, efficiency, best setting", s_ofOneVariant, Varies("Spinning"), Varies("InterOp"), Varies("Threads"))
        {
            ComparedWith = "the fewest threads of the same variant",
            Columns = [Variant, Parameter("Threads"), Parameter("Spinning", help: "blank: the engine's default"), Parameter("InterOp", "inter-op", "operators that may run at once; blank: 1"),
                Latency, SpeedUp, Efficiency, ImagesPerSecond, Peak, Judgement],
            Sentences = SuiteSentences.Threads,
            Chart = ThreadChart.Create,
        },
        new("Resolution", "latency, operations and accuracy by image size", s_ofOneVariant, Varies("Size") with { Descending = true })
        {
            ComparedWith = "the largest size of the same variant",
            Columns = [Variant, Parameter("Size", "shorter side"), Latency, P90, SpeedUp, Operations, Rate, PeakShare, Ap, Peak, Judgement],
            Chart = ResolutionChart.Create,
        },
        new("Batch", "images/s and ms/image by batch size, for images of equal size and for unequal ones that are padded", s_ofOneVariant, Varies("Sizes", "equal", "unequal"), Varies("Batch"))
        {
            ComparedWith = "batch 1, per image",
            Columns = [Parameter("Sizes"), Parameter("Batch"), Latency, LatencyPerImage, ImagesPerSecond, SpeedUp, Padding, Peak, Judgement],
            Chart = BatchChart.Create,
        },
        new("Chunking", "peak memory against latency, whole and in pieces", s_ofOneVariant, Fixed("Scene", "8 images", "4K image"), Varies("Chunk", "whole") with { Descending = true })
        {
            ComparedWith = "the whole of the same scene",
            Columns = [Parameter("Scene"), Parameter("Chunk"), Latency, TimeToBaseline, Peak, PeakToBaseline, ImagesPerSecond, Judgement],
            Chart = ChunkingChart.Create,
        },
        new("Memory", "allocations, peak and fragmentation over runs of varying size", s_ofOneVariant, Varies("Setting", "default", "no arena", "no memory pattern", "fresh outputs", "two sessions"))
        {
            ComparedWith = "the default setting, per image",
            Columns = [Parameter("Setting"), LatencyPerImage, SpeedUp, AllocatedPerImage, Steady, Peak, .. Fragmentation, Judgement],
        },
        new("Allocator", "latency, page faults and resident memory by where native code takes memory from", Fixed(Suite.Variant), Varies("Allocator", "glibc", KeptMemory))
        {
            ComparedWith = "glibc as it comes, same variant",
            Columns = [Variant, Parameter("Allocator"), Latency, SpeedUp, PageFaults, Steady, Peak, Judgement],
            Sentences = SuiteSentences.Allocators,
        },
        new("GcMode", "allocations, collections, pauses, p99 and peak memory by collector mode", s_ofOneVariant, Varies("Mode", "workstation", "server", "workstation concurrent,"))
        {
            ComparedWith = "the workstation collector",
            Columns = [Parameter("Mode"), Latency, P99, SpeedUp, AllocatedPerImage, .. Collections, Peak, Judgement],
            Sentences = SuiteSentences.Drift,
            Chart = GcChart.Create,
        },
        new("Worker", "images/s and memory, by threads, sessions and processes", s_ofOneVariant, Varies("Layout", "one session", "a session", "a process"))
        {
            ComparedWith = "one session with all threads, per image",
            Columns = [Variant, Parameter("Layout"), ImagesPerSecond, SpeedUp, LatencyPerImage, Peak, PeakToBaseline, Judgement],
        },
        new("Serving", "latencies of a server's requests, from when each was due, by offered load, batching, waiting and engines", s_ofOneVariant, Fixed("Load", "50 %", "80 %", "95 %", "bursts"), Varies("Workers"), Varies("Batch"), Varies("Wait"))
        {
            ComparedWith = "no batching, one engine with all threads, at the same load",
            Columns = [Variant, Parameter("Load", help: "share of what the engine alone does with one picture after another; bursts: eight requests at once, half of that in the mean"),
                Parameter("Batch", "max batch"), Parameter("Wait"), Parameter("Workers"), OfferedRate, AchievedRate, Latency, P90, P99, SpeedUp, FullShare, MeanBatch, Peak, Judgement],
            Sentences = ServingSentences.All,
            Chart = ServingChart.Create,
        },
        new("Preprocess", "time per pixel and allocations, from a photograph to the network's input",
            Fixed("Stage", "decode", "resize", "decode and resize", "normalise", "resize and normalise", "decode, resize and normalise"), Varies(Suite.Variant, "plain", "skia", "imagesharp", "vectorised", "fused"))
        {
            ComparedWith = "the plain loops of the same stage; for decoding, Skia",
            Columns = [Parameter("Stage"), Variant, NanosecondsPerPixel, Latency, P90, SpeedUp, Allocated, Judgement],
        },
        new("Postprocess", "time and allocations, from the network's outputs to detections", Fixed("Targets"), Fixed("Queries"), Varies(Suite.Variant, "scalar", "vectorised", "hungarian"))
        {
            ComparedWith = "the scalar path with the same number of queries",
            Columns = [Parameter("Queries"), Parameter("Targets"), Variant, Microseconds, NanosecondsPerQuery, SpeedUp, Allocated, Judgement],
        },
        new("Stacked", "the best steps, each on top of those before it, from a photograph's file to detections", Varies("Step"), Varies(Suite.Variant))
        {
            ComparedWith = "the first step",
            Columns = [Parameter("Step"), Variant, Latency, StepFactor, Cumulative, Allocated, Peak, Judgement],
            Chart = WaterfallChart.Create,
        },
        new("Classifier", "classifiers by engine, precision, image size, batch and threads", Fixed("Model", "resnet50", "vit-b-16"),
            Varies("Batch"), Varies("Size") with { Descending = true }, Varies("Threads") with { Descending = true }, Varies(Suite.Variant))
        {
            Baseline = VariantName.Baseline,
            ComparedWith = $"{VariantName.Baseline} of the same model on one picture of 224 pixels with all threads, per image",
            Columns = [Parameter("Model"), Variant, Parameter("Size", "size, pixels"), Parameter("Batch"), Parameter("Threads"), LatencyPerImage, SpeedUp, ModelSize, Top1, Difference, Peak, Judgement],
            Sentences = ClassifierSentences.All,
            Chart = ClassifierChart.Create,
        },
        new("Compression", "AP, latency, size and memory of a trained model that is pruned, distilled and quantised",
            Varies(CompressionRows.Model, CompressionRows.AsItIs, CompressionRows.PrunedWord, CompressionRows.Student), Varies(Suite.Variant))
        {
            ComparedWith = "the model as it is, in FP32",
            Columns = [Parameter(CompressionRows.Model), Variant, Latency, P90, SpeedUp, Ap, ModelSize, Operations, Peak, Judgement],
            Sentences = CompressionSentences.All,
            Chart = ParetoChart.OfCompression,
        },
        new("Factorial", "precision, threads and resolution in every combination", Varies(Suite.Variant), Varies("Threads"), Varies("Size") with { Descending = true })
        {
            ComparedWith = "the first combination",
            Columns = [Variant, Parameter("Threads"), Parameter("Size", "shorter side"), Latency, SpeedUp, ImagesPerSecond, Peak, Judgement],
        },
    ];

    /// <summary>The suite of this name; for an unknown one, as a newer lab may have measured, a description that compares its variants.</summary>
    public static Suite Find(string name) => All.FirstOrDefault(s => s.Name == name) ?? Comparing(name, "");

    internal static int PlaceOf(string name) => All.TakeWhile(s => s.Name != name).Count();

    static Suite Comparing(string name, string asks) => new(name, asks, Varies(Suite.Variant)) { Baseline = VariantName.Baseline, ComparedWith = BaselineOfRun };

    static SuiteParameter Varies(string name, params string[] words) => new(name, Varies: true, words);

    static SuiteParameter Fixed(string name, params string[] words) => new(name, Varies: false, words);
}
