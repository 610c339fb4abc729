namespace DetrPerfLab.Tests;

/// <summary>A believable but made-up result set: no machine ever measured it, and its processor says so.</summary>
/// <remarks>From one seed, so that reports of it can be compared byte by byte.</remarks>
static partial class FakeResults
{
    const string Commit = "fa4e0000000000000000000000000000fa4e0000";
    static ContaminationInfo Clean => new(ContaminationVerdict.Clean, ["steal time 0.1 %, idle 0.1 %"]);
    static DateTimeOffset Started => new(2001, 2, 3, 4, 5, 6, TimeSpan.Zero);

    public static MachineInfo Machine => new()
    {
        CpuModel = "Fake CPU 9000",
        CpuId = "FakeVendor 0 0 0",
        Cores = 8,
        Isa = ["avx2", "avx512f", "avx512_vnni"],
        MemoryBytes = 32L << 30,
        Os = "Fake OS 1.0",
        Runtime = ".NET 10.0.0",
        Packages = new Dictionary<string, string> { ["Microsoft.ML.OnnxRuntime"] = "1.31.1", ["libtorch"] = "2.10.0", ["ScottPlot"] = "5.1.59" },
    };

    static (string, double)[] Parts =>
        [("pre", 0.02), ("backbone", 0.55), ("encoder", 0.27), ("decoder", 0.12), ("heads", 0.02), ("rest", 0.02)];

    public static RunResult[] Precision =>
    [
        Profiled(Case("Precision", "torch-fp32", 1240, 40), 820, "fp32", Parts) with { Agreement = Agreement(0, 0), CocoAp = 0.42, Contamination = Clean },
        Judged(Case("Precision", "torch-bf16", 610, 40), 0.4195, -0.004, 0.003) with { Agreement = Agreement(0.21, 6e-3), Contamination = Clean },
        Gap("Precision", "torch-int8-dynamic", "libtorch was built without a quantised engine for this processor"),
        Judged(Profiled(Case("Precision", "ort-fp32", 470, 40), 820, "fp32", Parts), 0.42, -0.0002, 0.0002) with { Agreement = Agreement(3.1e-5, 2.2e-6), Contamination = Clean },
        Judged(Case("Precision", "ort-fp16", 655, 40, bytes: 83L << 20), 0.418, -0.003, 0.001) with
        {
            Agreement = Agreement(0.012, 4e-4),
            Contamination = new(ContaminationVerdict.Noisy, ["steal time 1.4 %, idle 0.1 %"]),
            Findings = [new("casts", "the CPU has no half-precision kernels for most operators, so tensors are converted forth and back", "212 casts inserted")],
        },
        Judged(Case("Precision", "ort-int8-dynamic", 468, 40, bytes: 62L << 20), 0.401, -0.024, -0.013) with { Agreement = Agreement(0.5, 9e-3) },
        Judged(Profiled(Case("Precision", "ort-int8-static", 171, 80, bytes: 44L << 20), 3100, "int8", Parts), 0.417, -0.0075, 0.0015) with
        {
            Agreement = Agreement(1.4, 0.02),
            Contamination = Clean,
            Findings =
            [
                new("isa", "eight-bit products run on AVX-512 VNNI"),
                new("fusion", "the backbone's convolutions are fused", "53 of 53 in QLinearConv"),
                new("fusion", "quantise and dequantise nodes are left in the encoder", "24 of 310 nodes"),
            ],
        },
        Judged(Case("Precision", "ort-int8-static-all", 158, 40, bytes: 42L << 20), 0.352, -0.081, -0.055) with { Agreement = Agreement(6.2, 0.4) },
        Case("Precision", "ort-fp32-nchwc", 330, 40) with
        {
            Agreement = Agreement(3.1e-5, 2.2e-6),
            Contamination = new(ContaminationVerdict.Contaminated, ["steal time 9.2 %, limit 2 %", "another process used 3.1 cores"]),
        },
    ];

    public static RunResult[] Engine =>
    [
        Case("Engine", "torch-naive", 2310, 20) with { Agreement = Agreement(0, 0) },
        Case("Engine", "torch-fp32", 1255, 20) with { Agreement = Agreement(0, 0) },
        Case("Engine", "torchscript-fp32", 958, 20) with { Agreement = Agreement(1e-5, 1e-6), WarmUp = new("two windows of 3 agree within 3 %", 30, 31_000, Steady: false) },
        Case("Engine", "ort-fp32", 476, 20) with { Agreement = Agreement(3.1e-5, 2.2e-6) },
    ];

    public static RunResult[] All =>
        [.. Engine, .. Precision, .. Threads, .. Resolution, .. Batches, .. Chunking, .. Memories, .. Allocators, .. GcModes, .. Workers, .. Servings, .. Preprocesses, .. Postprocesses, .. Stacked, .. Classifiers, .. Compressions, .. Factorials];

    /// <summary>Writes the set as a run would.</summary>
    public static void Write(string resultsFolder) => Write(resultsFolder, All);

    /// <summary>Writes some of it.</summary>
    public static void Write(string resultsFolder, IEnumerable<RunResult> results, MachineInfo? machine = null)
    {
        var store = new ResultStore(resultsFolder);
        foreach (var suite in results.GroupBy(r => r.Suite)) { store.Merge(machine ?? Machine, suite.Key, suite); }
    }

    static RunResult Case(string suite, string variant, double medianMs, int samples, long bytes = 166L << 20, params (string Name, string Value)[] parameters)
    {
        var id = $"{suite}Benchmarks.Forward({string.Join(", ", parameters.Prepend(("Variant", variant)).Select(p => $"{p.Item1}: {p.Item2}"))})";
        var random = new DeterministicRandom((ulong)id.Aggregate(17L, (hash, c) => (hash * 31) + c));
        return new RunResult
        {
            Id = id,
            Suite = suite,
            Variant = variant,
            Parameters = parameters.ToDictionary(p => p.Name, p => p.Value),
            Started = Started,
            Commit = Commit,
            Machine = Machine.Fingerprint,
            Artefact = new ArtefactInfo($"detr-r50-{variant}.onnx", Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(variant))), bytes),
            Engine = new EngineInfo(variant, variant.StartsWith("ort") ? "ONNX Runtime" : "libtorch", "0.0-fake", new Dictionary<string, string> { ["intra-op"] = "8" }),
            // Skewed to the right, as times are: most runs near the median, some slow ones.
            SamplesMs = [.. Enumerable.Range(0, samples).Select(_ => Math.Round(medianMs * (0.985 + (0.02 * random.NextDouble()) + (0.06 * Math.Pow(random.NextDouble(), 6))), 3))],
            Cold = new ColdInfo { LoadMs = Math.Round(medianMs * 1.7, 1), FirstMs = Math.Round(medianMs * 1.9, 1) },
            HarnessCost = new HarnessCostInfo(0.6, 0.1),
            Audit = new AuditInfo(Checks: 2, BitwiseEqual: 2, FreshInputs: 1, FreshToUsual: 1.01) { CachingExcluded = false },
            WarmUp = new WarmUpInfo("two windows of 3 agree within 3 %", 6, medianMs * 6.4, Steady: true),
            Memory = new MemoryInfo { AllocatedBytesPerOperation = variant.StartsWith("ort") ? 1180 : 41_300, SteadyRssBytes = (3 * bytes) + (200L << 20), PeakRssBytes = (4 * bytes) + (300L << 20) },
        };
    }

    static RunResult Gap(string suite, string variant, string reason) =>
        Case(suite, variant, 1, 0) with { Gap = reason, Memory = null, WarmUp = null, Artefact = null, Engine = null, Cold = null, Audit = null, HarnessCost = null };

    static AgreementInfo Agreement(double logits, double boxes) =>
        new() { Reference = "torch-fp32", LogitsMaxAbs = logits, BoxesMaxAbs = boxes, ClassChangedShare = logits > 0.1 ? 0.01 : 0 };
}
