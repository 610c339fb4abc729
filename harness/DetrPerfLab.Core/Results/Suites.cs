namespace DetrPerfLab.Core;

/// <summary>All suites, in the order of a report: the one list that benchmarks, pages and commands take them from.</summary>
public static class Suites
{
    const string OfVariants = $"{VariantName.Baseline} of the same run";

    /// <summary>Every suite; a class of benchmarks without an entry fails a test.</summary>
    public static IReadOnlyList<Suite> All { get; } =
    [
        new("Bench", "the chosen variants, interleaved in one run", Varies(Suite.Variant)) { Baseline = VariantName.Baseline, ComparedWith = OfVariants, Command = "./detrlab bench" },
        new("Engine", "the naive-to-clean step and the static-graph step, in FP32", Varies(Suite.Variant)) { Baseline = VariantName.Baseline, ComparedWith = OfVariants },
        new("Precision", "which precision, in each engine that has it", Varies(Suite.Variant)) { Baseline = VariantName.Baseline, ComparedWith = OfVariants },
        new("Thread", "scaling over threads, efficiency, best setting", Fixed(Suite.Variant), Varies("Spinning"), Varies("InterOp"), Varies("Threads")) { ComparedWith = "the fewest threads of the same variant" },
        new("Resolution", "latency, operations and accuracy by image size", Fixed(Suite.Variant), Varies("Size") with { Descending = true }) { ComparedWith = "the largest size of the same variant" },
        new("Batch", "images/s and ms/image, of equal sizes and padded", Fixed(Suite.Variant), Varies("Sizes", "equal", "unequal"), Varies("Batch")) { ComparedWith = "one image at a time, an image" },
        new("Chunking", "peak memory against latency, whole and in pieces", Fixed(Suite.Variant), Fixed("Scene", "8 images", "4K image"), Varies("Chunk", "whole") with { Descending = true }) { ComparedWith = "the whole of the same scene" },
        new("Memory", "allocations, peak and fragmentation over runs of varying size", Fixed(Suite.Variant), Varies("Setting", "default", "no arena", "no memory pattern", "fresh outputs", "two sessions")) { ComparedWith = "the default setting, an image" },
        new("GcMode", "allocations, collections, pauses, p99 and peak memory by collector mode", Fixed(Suite.Variant), Varies("Mode", "workstation", "server", "workstation concurrent,")) { ComparedWith = "the workstation collector" },
        new("Worker", "images/s and memory, by threads, sessions and processes", Fixed(Suite.Variant), Varies("Layout", "one session", "a session", "a process")) { ComparedWith = "one session with all threads, an image" },
        new("Preprocess", "nanoseconds a pixel and allocations, from photograph to input", Fixed("Stage", "decode", "resize", "decode and resize", "normalise", "resize and normalise", "decode, resize and normalise"), Varies(Suite.Variant, "plain", "skia", "imagesharp", "vectorised", "fused")) { ComparedWith = "the plain loops of the same stage, or Skia where it decodes" },
        new("Postprocess", "time and allocations, from outputs to detections", Fixed("Targets"), Fixed("Queries"), Varies(Suite.Variant, "scalar", "vectorised", "hungarian")) { ComparedWith = "the scalar path with as many queries" },
        new("Stacked", "each best step on top of the last, from a photograph's file to detections", Varies("Step"), Varies(Suite.Variant)) { ComparedWith = "the first step" },
        new("Factorial", "precision, threads and resolution in every combination", Varies(Suite.Variant), Varies("Threads"), Varies("Size") with { Descending = true }) { ComparedWith = "the first combination" },
    ];

    /// <summary>The suite of this name; for an unknown one, as a newer lab may have measured, a description that compares its variants.</summary>
    public static Suite Find(string name) => All.FirstOrDefault(s => s.Name == name) ?? new Suite(name, "", Varies(Suite.Variant)) { Baseline = VariantName.Baseline, ComparedWith = OfVariants };

    /// <summary>Place in <see cref="All"/>; unknown names come last.</summary>
    public static int PlaceOf(string name) => All.TakeWhile(s => s.Name != name).Count();

    static SuiteParameter Varies(string name, params string[] words) => new(name, Varies: true, words);

    static SuiteParameter Fixed(string name, params string[] words) => new(name, Varies: false, words);
}
