namespace DetrPerfLab.Tests;

/// <summary>The suites that vary one axis.</summary>
static partial class FakeResults
{
    public static RunResult[] Threads =>
        [.. from variant in (string[])["torch-fp32", "ort-fp32"]
            from threads in (int[])[1, 2, 4, 8, 16]
            let serial = variant == "ort-fp32" ? 0.06 : 0.12
            let scaled = serial + ((1 - serial) / Math.Min(threads, 8)) + (threads > 8 ? 0.04 : 0)
            select Case("Thread", variant, (variant == "ort-fp32" ? 2600 : 5200) * scaled, 20, parameters: ("Threads", $"{threads}"))];

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
        [.. from chunk in (int[])[8, 4, 2, 1]
            select Case("Chunking", "ort-fp32", 3500 + (chunk == 8 ? 0 : 130.0 / chunk), 12, parameters: ("Chunk", $"{chunk}")) with
            {
                ImagesPerOperation = 8,
                Memory = new MemoryInfo { PeakRssBytes = (420L + (310 * chunk)) << 20 },
            }];

    public static RunResult[] GcModes =>
        [.. from mode in (string[])["workstation", "workstation, concurrent", "server", "server, conserve 5"]
            select Case("GcMode", "ort-fp32", mode.StartsWith("server") ? 505 : 512, mode == "server" ? 700 : 100, parameters: ("Mode", mode)) with
            {
                Gc = new GcInfo { Gen0 = 40, Gen1 = 6, Gen2 = mode.StartsWith("server") ? 1 : 4, TotalPauseMs = mode.StartsWith("server") ? 21.5 : 64.25, MaxPauseMs = 9 },
            }];

    public static RunResult[] Stacked =>
        [.. new (string Step, string Variant, double Ms)[]
            {
                ("0 naive port", "torch-naive", 2310), ("1 inference mode", "torch-fp32", 1250), ("2 ONNX Runtime", "ort-fp32", 474),
                ("3 INT8 static, mixed", "ort-int8-static", 172), ("4 672 pixels", "ort-int8-static", 118),
            }
            .Select(s => Case("Stacked", s.Variant, s.Ms, 16, parameters: ("Step", s.Step)))];

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
        Modules = [.. modules.Select(m => new ModuleTime(m.Name, Math.Round(m.Share * Quantile.Median([.. result.SamplesMs]), 3)))],
    };
}
