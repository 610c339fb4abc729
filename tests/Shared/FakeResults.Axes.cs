namespace DetrPerfLab.Tests;

/// <summary>The suites that vary one axis.</summary>
static partial class FakeResults
{
    public static RunResult[] Threads =>
    [
        .. from variant in (string[])["torch-fp32", "ort-fp32"]
           from threads in (int[])[1, 2, 4, 8, 16]
           select Case("Thread", variant, ThreadMs(variant, threads), 20, parameters: ("Threads", $"{threads}")),
        Case("Thread", "ort-fp32", ThreadMs("ort-fp32", 8) * 0.999, 20, parameters: [("Threads", "8"), ("Spinning", "off")]),
        Case("Thread", "ort-fp32", ThreadMs("ort-fp32", 8) * 1.62, 20, parameters: [("Threads", "8"), ("InterOp", "2")]),
    ];

    static double ThreadMs(string variant, int threads)
    {
        var serial = variant == "ort-fp32" ? 0.06 : 0.12;
        return (variant == "ort-fp32" ? 2600 : 5200) * (serial + ((1 - serial) / Math.Min(threads, 8)) + (threads > 8 ? 0.04 : 0));
    }

    public static RunResult[] Resolution =>
        [.. from variant in (string[])["torch-fp32", "ort-fp32"]
            from size in (int[])[800, 672, 512]
            let work = size * size / 640_000.0
            select Case("Resolution", variant, (variant == "ort-fp32" ? 470 : 1240) * Math.Pow(work, 1.1), 20, parameters: ("Size", $"{size}")) with
            {
                Flops = 172e9 * Math.Pow(work, 1.05),
                CocoAp = variant == "ort-fp32" ? 0.42 - ((800 - size) * 0.00011) : null,
            }];

    public static RunResult[] Chunking =>
    [
        .. from chunk in (int[])[8, 4, 2, 1]
           select Chunk("8 images", $"{chunk}", 3500 + (chunk == 8 ? 0 : 130.0 / chunk), 420L + (310 * chunk)) with { ImagesPerOperation = 8 },
        Chunk("4K image", "whole", 9100, 7400),
        Chunk("4K image", "1 tile", 6300, 740) with { Findings = [new("tiles", "overlapping tiles of 800x1066 that cover 2160x3840", "15")] },
    ];

    static RunResult Chunk(string scene, string chunk, double ms, long peakMebi) =>
        Case("Chunking", "ort-fp32", ms, 12, parameters: [("Scene", scene), ("Chunk", chunk)]) with { Memory = new MemoryInfo { PeakRssBytes = peakMebi << 20 } };

    public static RunResult[] Batches =>
        [.. from sizes in (string[])["equal", "unequal"]
            from batch in (int[])[1, 2, 4, 8]
            where sizes == "equal" || batch > 1
            select Case("Batch", "ort-int8-static", (sizes == "equal" ? 171 : 205) * batch * (batch > 1 ? 0.93 : 1), 10, parameters: [("Batch", $"{batch}"), ("Sizes", sizes)]) with
            {
                ImagesPerOperation = batch,
                PaddedShare = sizes == "equal" ? 0 : 0.18 + (0.01 * batch),
            }];

    public static RunResult[] Servings =>
        [.. from load in (string[])["50 %", "80 %", "95 %", "bursts"]
            from setting in (string[][])[["1", "0 ms", "1"], ["4", "0 ms", "1"], ["4", "20 ms", "1"], ["1", "0 ms", "2"], ["1", "0 ms again", "1"]]
            let share = load == "bursts" ? 0.5 : double.Parse(load.Split(' ')[0]) / 100
            let busy = load == "bursts" ? 420 : 60 / (1 - share) // waits grow as the load nears what there is
            select Case("Serving", "ort-int8-static", 60 + (busy * (setting[0] == "4" ? 0.8 : 1)) + (setting[1] == "20 ms" ? 30 : 0) + (setting[2] == "2" ? 60 : 0), 700,
                parameters: [("Load", load), ("Batch", setting[0]), ("Wait", setting[1]), ("Workers", setting[2])]) with
            {
                Repeated = setting[1] == "0 ms again",
                Serving = new(12, share * 12, share * 12, load == "bursts" ? 0.01 : 0, setting[0] == "4" ? 1 + share : 1),
            }];

    public static RunResult[] Memories =>
        [.. new (string Setting, double Ms, long GrowthMebi, ArenaInfo Arena)[]
            {
                ("default", 640, 12, new() { ReservedBytes = 612L << 20, BytesInUse = 171L << 20, LargestBytesInUse = 402L << 20 }),
                ("no arena", 702, 201, new() { Reason = "the session has no arena" }),
                ("two sessions, shared weights", 645, 15, new() { ReservedBytes = 780L << 20, BytesInUse = 190L << 20, LargestBytesInUse = 521L << 20 }),
            }
            .Select(s => Case("Memory", "ort-fp32", s.Ms, 20, parameters: ("Setting", s.Setting)) with
            {
                ImagesPerOperation = 10,
                Memory = new MemoryInfo { AllocatedBytesPerOperation = 640, SteadyRssBytes = 690L << 20, PeakRssBytes = 780L << 20, GrowthBytes = s.GrowthMebi << 20, Arena = s.Arena },
                Findings = [new("memory", "resident before 220 runs of 10 sizes, most meanwhile, after them", $"690 MiB, 780 MiB, {690 + s.GrowthMebi} MiB")],
            })];

    public static RunResult[] Workers =>
        [.. new (string Layout, double Ms, long PeakMebi)[] { ("one session, all threads", 2750, 420), ("a session a core", 2400, 1900), ("a process a core", 2310, 2900) }
            .Select(w => Case("Worker", "ort-int8-static", w.Ms, 12, parameters: ("Layout", w.Layout)) with
            {
                ImagesPerOperation = 16,
                Memory = new MemoryInfo { PeakRssBytes = w.PeakMebi << 20 },
            })];

    public static RunResult[] Preprocesses =>
        [.. new (string Variant, string Stage, double Ms)[]
            {
                ("imagesharp", "decode", 3.9), ("plain", "resize", 21), ("vectorised", "resize", 3.1),
                ("plain", "decode, resize and normalise", 31), ("fused", "decode, resize and normalise", 7.2), ("fused, all threads", "decode, resize and normalise", 5.1),
            }
            .Select(p => Alone("Preprocess", p.Variant, p.Ms, p.Variant == "plain" ? 2_560_000 : 0, ("Stage", p.Stage)) with
            {
                Pixels = p.Stage == "decode" ? new(480 * 640, "the photograph") : new(800 * 1066, "the network's input"),
            })];

    public static RunResult[] Postprocesses =>
    [
        .. from queries in (int[])[100, 900]
           from variant in (string[])["scalar", "vectorised", "vectorised, NMS"]
           select Alone("Postprocess", variant, queries * (variant == "scalar" ? 0.00055 : variant == "vectorised" ? 0.00015 : 0.00019), variant == "scalar" ? 4800 : 0, ("Queries", $"{queries}")),
        Alone("Postprocess", "hungarian matching", 0.21, 0, ("Queries", "100"), ("Targets", "20")),
    ];

    /// <summary>Work without a model.</summary>
    static RunResult Alone(string suite, string variant, double ms, double allocated, params (string Name, string Value)[] parameters)
    {
        var result = Case(suite, variant, ms, 100, parameters: parameters);
        return result with
        {
            // As small as they are, times keep their digits.
            SamplesMs = [.. result.SamplesMs.Select((_, i) => Math.Round(ms * (0.985 + (0.0004 * (37 * i % 100))), 9))],
            Artefact = null,
            Engine = null,
            Cold = null,
            Audit = null,
            Memory = new MemoryInfo { AllocatedBytesPerOperation = allocated, PeakRssBytes = 64L << 20 },
        };
    }

    public static RunResult[] Allocators =>
    [
        Allocator("torch-fp32", "glibc", 1250, 320_578), Allocator("torch-fp32", "glibc keeping freed memory", 875, 9), Allocator("torch-fp32", "jemalloc", 1900, 610_000),
        Allocator("ort-fp32", "glibc", 474, 12), Allocator("ort-fp32", "glibc keeping freed memory", 474.1, 11),
    ];

    static RunResult Allocator(string variant, string allocator, double ms, double faults) =>
        Case("Allocator", variant, ms, 15, parameters: ("Allocator", allocator)) with { Memory = new MemoryInfo { SteadyRssBytes = 700L << 20, PeakRssBytes = 971L << 20, PageFaultsPerOperation = faults } };

    public static RunResult[] GcModes =>
        [.. from mode in (string[])["workstation", "workstation concurrent", "server", "server conserving", "workstation again"]
            select Case("GcMode", "ort-fp32", mode.StartsWith("server") ? 505 : 512, mode == "server" ? 700 : 100, parameters: ("Mode", mode)) with
            {
                Repeated = mode == "workstation again",
                Gc = new GcInfo { Gen0 = 40, Gen1 = 6, Gen2 = mode.StartsWith("server") ? 1 : 4, TotalPauseMs = mode.StartsWith("server") ? 21.5 : 64.25, MaxPauseMs = 9, Operations = mode == "server" ? 700 : 100 },
            }];

    public static RunResult[] Stacked =>
        [.. new (string Step, string Variant, double Ms)[]
            {
                ("0 naive port", "torch-naive", 2310), ("1 inference mode", "torch-fp32", 1250), ("2 ONNX Runtime", "ort-fp32", 474),
                ("3 INT8 static, mixed", "ort-int8-static", 172), ("4 672 pixels", "ort-int8-static", 118),
                ("5 first step again", "torch-naive", 2325),
            }
            .Select(s => Case("Stacked", s.Variant, s.Ms, 16, parameters: ("Step", s.Step)) with { Repeated = s.Step == "5 first step again" })];

    public static RunResult[] Classifiers =>
    [
        Classifier("torch-fp32", "resnet50", 70, 98), Classifier("torchscript-fp32", "resnet50", 54.5, 98), Classifier("ort-int8-static", "resnet50", 13, 25) with { Top1 = 0.757, Top1Difference = new(-0.004, -0.007, -0.001, 0.95) },
        Classifier("torch-fp32", "vit-b-16", 250, 330), Classifier("torch-int8-dynamic", "vit-b-16", 108, 88),
        Classifier("ort-fp32", "vit-b-16", 185, 330), Classifier("ort-fp32", "vit-b-16", 148, 330, size: 196), Classifier("ort-fp32", "vit-b-16", 105, 330, size: 168),
        Classifier("ort-fp32", "vit-b-16", 1080, 330, threads: 1), Classifier("ort-fp32", "vit-b-16", 350, 330, threads: 4),
        Classifier("ort-fp32", "vit-b-16", 4200, 330, batch: 4, threads: 1), Classifier("ort-fp32", "vit-b-16", 1440, 330, batch: 4, threads: 4),
    ];

    static RunResult Classifier(string variant, string model, double ms, long mebi, int size = 224, int batch = 1, int threads = 8) =>
        Case("Classifier", variant, ms, 15, mebi << 20, ("Model", model), ("Size", $"{size}"), ("Batch", $"{batch}"), ("Threads", $"{threads}")) with
        {
            ImagesPerOperation = batch,
            Flops = 35e9 * batch * Math.Pow(size / 224.0, 2),
            Agreement = new() { Reference = "torch-fp32", LogitsMaxAbs = variant.Contains("int8") ? 0.03 : 6e-7 },
        };

    public static RunResult[] Compressions =>
    [
        Compressed("as it is", 9.4, 3.6, 0.612, 0, 8.2), Compressed("pruned 20 %", 8.1, 3.2, 0.402, -0.21, 6.6), Compressed("pruned 20 %, tuned", 8.1, 3.2, 0.606, -0.006, 6.6),
        Compressed("student", 5.2, 2.2, 0.541, -0.071, 4.1), Compressed("student, taught", 5.2, 2.2, 0.572, -0.04, 4.1),
        Compressed("as it is", 9.4, 3.6, 0.609, -0.003, 2.6, "ort-int8-static"), Compressed("pruned 20 %, tuned", 8.1, 3.2, 0.6, -0.012, 2.1, "ort-int8-static"),
    ];

    static RunResult Compressed(string model, double floatMs, double int8Ms, double ap, double difference, double mebi, string variant = "ort-fp32") =>
        Case("Compression", variant, variant == "ort-fp32" ? floatMs : int8Ms, 200, (long)(mebi * (1 << 20)), ("Model", model)) with
        {
            Flops = 2.1e9 * floatMs / 9.4,
            CocoAp = ap,
            CocoApDifference = difference == 0 ? null : new(difference, difference - 0.003, difference + 0.003, 0.95),
        };

    public static RunResult[] Factorials =>
        [.. from variant in (string[])["torch-fp32", "ort-int8-static"]
            from threads in (int[])[1, 4]
            from size in (int[])[800, 512]
            let ms = (variant == "torch-fp32" ? 5200 : 900) * (threads == 4 ? variant == "torch-fp32" ? 0.31 : 0.36 : 1) * (size == 512 ? 0.38 : 1)
            select Case("Factorial", variant, ms, 12, parameters: [("Threads", $"{threads}"), ("Size", $"{size}")])];

    static RunResult Judged(RunResult result, double ap, double lower, double upper) => result with
    {
        CocoAp = ap,
        CocoApDifference = new Interval(Math.Round(ap - 0.42, 6), lower, upper, 0.95),
    };

    static RunResult Profiled(RunResult result, double peak, string precision, params (string Name, double Share)[] modules) => result with
    {
        Flops = 172e9,
        Peak = new PeakInfo(precision, peak),
        Modules = [.. modules.Select(m => new ModuleTime(m.Name, Math.Round(m.Share * Quantile.Median([.. result.SamplesMs]), 3), m.Name is "backbone" or "encoder" ? m.Share * 172e9 : null))],
    };
}
