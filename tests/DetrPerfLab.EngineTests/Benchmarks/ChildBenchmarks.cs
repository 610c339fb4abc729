using BenchmarkDotNet.Attributes;
using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Benchmarks;

/// <summary>A small suite for real processes: pauses of known length, and each native library that a suite needs.</summary>
[Samples(full: Samples, quick: Samples)]
public class ChildBenchmarks : WorkBenchmarks
{
    internal const int Samples = 6;
    const string Pause = "pause";
    const string Chart = "chart";
    const string Served = "served";

    internal static readonly string[] Variants = [Pause, Pause, "torch-fp32", "ort-fp32", Chart, Served];

    protected override IReadOnlyList<SuiteCase> Rows =>
        [new(Pause, ("Pause", "20")), new(Pause, ("Pause", "60")), new("torch-fp32"), new("ort-fp32"), new(Chart), new(Served)];

    internal override CaseWork Open(SuiteCase row) => row.Variant switch
    {
        Pause => new(new ActionOperation(() => Thread.Sleep(row.Number("Pause"))), RunResult.Unfiled(row.Variant)),
        Chart => new(new ActionOperation(() => new ScottPlot.Plot().GetImageBytes(64, 64)), RunResult.Unfiled(row.Variant)),
        Served => Serve(),
        _ => Forward(row.Variant),
    };

    static readonly DetrConfig s_tiny = DetrConfig.DetrR50 with { Name = "tiny", BackboneDepth = 18, EncoderLayers = 1, DecoderLayers = 1, FeedForwardDim = 64, Queries = 10 };

    /// <summary>A server, over the network, whose requests time themselves.</summary>
    static CaseWork Serve()
    {
        var folder = new TempFolder();
        OnnxFile.Save(DetrExporter.Export(SyntheticWeights.Create(s_tiny), new ExportOptions()), folder.File("tiny.onnx"));
        var server = new ModelServer(new(folder.File("tiny.onnx"), "ort"), new() { Detector = new() { Size = 64 }, Engine = new() { Threads = 1 } });
        var front = ServingHost.StartAsync(server, new(System.Net.IPAddress.Loopback, 0)).GetAwaiter().GetResult();
        var target = new HttpTarget(front.Url);
        var stream = new LoadStream(target, Arrivals.Bursts(20, 1, double.PositiveInfinity, seed: 1), [ImageWriter.Jpeg(SyntheticPhotographs.Create(0, new(96, 128)), quality: 90)]);
        IReadOnlyList<double> latest = [];
        return new(new ActionOperation(() => latest = stream.Next(1)), RunResult.Unfiled(Served) with { Artefact = server.Artefact, Engine = server.Engine })
        {
            OwnTimesMs = () => latest,
            Complete = result => result with { Serving = new(0, 20, stream.AchievedRate, stream.FullShare, null) },
            Owned = [stream, target, folder],
        };
    }

    static CaseWork Forward(string variant)
    {
        var (folder, inputs) = (new TempFolder(), SyntheticImages.CreateBatch(new ImageSize(64, 64)));
        var model = VariantModel.Synthetic(s_tiny);
        var opened = VariantRegistry.Get(variant).Create(model, new EngineSettings { Threads = 1 }, new ArtefactCache(folder.Path));
        return new(new EngineOperation(opened.Engine, inputs, opened.Engine.AllocateOutputs(inputs)), RunResult.Unfiled(variant) with { Artefact = opened.Artefact, Engine = opened.Engine.Info })
        {
            Owned = [opened, folder],
        };
    }
}

/// <summary>An ordinary benchmark, timed by BenchmarkDotNet alone, whose time and garbage are known.</summary>
[ShortOperations]
[MemoryDiagnoser(displayGenColumns: false)]
public class OrdinaryChildBenchmarks
{
    internal const int PauseMs = 15, Bytes = 10_000;

    [Params(3)]
    public int Count { get; set; }

    [Benchmark(Description = "pause"), BenchmarkCategory("Kind: known")]
    public byte[] Pause()
    {
        Thread.Sleep(PauseMs);
        return new byte[Bytes];
    }

    [Benchmark(Description = "differs")]
    public void Differs()
    {
    }

    [GlobalSetup(Target = nameof(Differs))]
    public void Setup() => SuiteBenchmarks.OrGap(() => throw LabError.FastPathDiffers("this", "one thing", "another"));
}
