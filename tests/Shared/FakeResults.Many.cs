namespace DetrPerfLab.Tests;

/// <summary>As many rows in each suite as one asks for, with names longer than any that the lab gives: charts must bear both.</summary>
static partial class FakeResults
{
    static readonly string[] s_engines = ["torch-fp32", "torchscript-int8-static", "ort-int8-static", "ort-cuda-fp16", "ort-tensorrt-fp16", "ort-fp32"];

    /// <summary>What every chart needs, <paramref name="rows"/> times.</summary>
    public static RunResult[] Many(int rows) =>
    [
        Case("Precision", "torch-fp32", 1240, 40) with { Agreement = Agreement(0, 0), CocoAp = 0.42 },
        .. Long(rows).Select((name, i) => Judged(Profiled(Case("Precision", name, 1240.0 / (1 + (0.35 * i)), 40), 820, "int8 (96 %) and fp32", Modules(i)), 0.42 - (0.002 * i), -0.01, 0.01) with
        {
            Contamination = i % 3 == 0 ? new(ContaminationVerdict.Contaminated, ["steal time 9.2 %, limit 2 %"]) : Clean,
        }),
        .. from name in Long(rows) from threads in (int[])[1, 2, 4, 8] select Case("Thread", name, 3000.0 / Math.Min(threads, 4 + (name.Length % 3)), 20, parameters: ("Threads", $"{threads}")),
        .. Long(rows).Select(name => Case("Thread", name, 900, 20, parameters: [("Threads", "4"), ("Spinning", "off")])),
        .. from pair in Long(rows).Select((name, i) => (Name: name, Index: i)) from size in (int[])[800, 672, 512]
           select Case("Resolution", pair.Name, 470 * Math.Pow(size / 800.0, 1.5 + (0.1 * pair.Index)), 20, parameters: ("Size", $"{size}")) with { Flops = 172e9 * size / 800, CocoAp = 0.4 },
        .. from pair in Long(rows).Select((name, i) => (Name: name, Index: i)) from batch in (int[])[1, 2, 4, 8]
           select Case("Batch", pair.Name, (170 + (11 * pair.Index)) * batch * 0.93, 10, parameters: [("Batch", $"{batch}"), ("Sizes", "unequal")]) with { ImagesPerOperation = batch },
        .. from pair in Long(rows).Select((name, i) => (Name: name, Index: i)) from chunk in (int[])[8, 1]
           select Case("Chunking", pair.Name, 3500 + (130.0 / chunk) + (190 * pair.Index), 12, parameters: [("Scene", "a 4K photograph"), ("Chunk", $"{chunk}")]) with
           {
               Memory = new MemoryInfo { PeakRssBytes = (420L + (310 * chunk) + (90 * pair.Index)) << 20 },
           },
        Classifier("torch-fp32", "vit-b-16", 250, 330),
        .. Long(rows).Select((name, i) => Classifier(name, "vit-b-16", 250.0 / (1 + (0.4 * i)), 330)),
        .. Long(rows + 1).Select((name, i) => Case("GcMode", "ort-fp32", 500 + (3 * i), 700, parameters: ("Mode", name)) with
        {
            Gc = new GcInfo { Gen0 = 40, Gen1 = 6, Gen2 = 662, TotalPauseMs = 1364.25, MaxPauseMs = 9, Operations = 700 },
        }),
        .. Long(rows + 1).Select((name, i) => Case("Stacked", name, 2310.0 / (1 + i), 16, parameters: ("Step", $"{i} {name}"))),
        Case("Stacked", Long(1)[0], 2325, 16, parameters: ("Step", $"{rows + 1} first step again")) with { Repeated = true },
    ];

    static string[] Long(int rows) => [.. Enumerable.Range(0, rows).Select(i => $"{s_engines[i % s_engines.Length]}-with-a-name-of-more-options-than-any-{i:00}")];

    static (string, double)[] Modules(int row) => [.. Enumerable.Range(0, Math.Min(1 + row, 12)).Select(i => ($"backbone.layer{i}.a_long_name", 1.0 / (1 + row)))];
}
