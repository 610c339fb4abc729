using System.Diagnostics;
using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Cli;

/// <summary>Every figure that stands for an image from its file or its pixels to what was found, against a clock around the public call: it holds the network
/// and all around it, and nothing that comes later. The network sleeps, so that most of the time is its own.</summary>
/// <remarks>From the start of a process to its first detections: <see cref="Engines.SameFileTests"/>, against a clock around the process.</remarks>
public sealed class EndToEndTests : IDisposable
{
    const int Runs = 5;

    readonly TempFolder _folder = new();
    readonly SleepingEngine _detr = new(
        [new("pixel_values", ElementType.Float32, ["N", 3, "H", "W"]), new("pixel_mask", ElementType.Int64, ["N", "H", "W"])],
        [new("logits", ElementType.Float32, ["N", 10, 92]), new("pred_boxes", ElementType.Float32, ["N", 10, 4])]);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Profile_FromPhotographToDetections_IsThePassAsAWhole()
    {
        var clock = Stopwatch.StartNew();
        var (_, mean, wholeMs) = ProfileCommand.MeasureWhole(_detr, _detr.UseAs("detr"), new() { Size = 64 }, Runs);

        Assert.InRange(wholeMs * Runs, _detr.LastMs(Runs), clock.Elapsed.TotalMilliseconds);
        Assert.InRange(mean.TotalMs, _detr.LastMs(Runs) / Runs, wholeMs);
    }

    /// <summary>What <c>detect</c> and <c>eval</c> call seconds an image.</summary>
    [Fact]
    public void Detect_File_TimesAreThoseOfTheCall()
    {
        var (pipeline, photograph) = (new DetectorPipeline(_detr, _detr.UseAs("detr"), new() { Size = 64 }), Photograph());
        Hold(_detr, () => pipeline.Detect(photograph), () => pipeline.Times.TotalMs);
    }

    [Fact]
    public void Detect_Pixels_TimesAreThoseOfTheCall()
    {
        var (pipeline, photograph) = (new DetectorPipeline(_detr, _detr.UseAs("detr"), new() { Size = 64 }), SyntheticPhotographs.Create(0, new(60, 80)));
        Hold(_detr, () => pipeline.Detect(photograph), () => pipeline.Times.TotalMs);
    }

    [Fact]
    public void Classify_File_TimesAreThoseOfTheCall()
    {
        var engine = new SleepingEngine([new("x", ElementType.Float32, ["N", 3, 32, 32])], [new("y", ElementType.Float32, ["N", 5])]);
        var (classifier, photograph) = (new Classifier(engine, engine.UseAs("classifier"), new()), Photograph());
        Hold(engine, () => classifier.Classify(photograph, most: 1), () => classifier.Times.TotalMs);
    }

    /// <summary>What the suites of a whole way time: StackedBenchmarks, GcModeBenchmarks.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Measure_PipelineOfASuite_IsTheOperationAsAWhole(bool plain)
    {
        var operation = new ActionOperation(new PipelineOperation(_detr, new(60, 80), PreprocessOptions.Detr) { Plain = plain, KeepBuffers = !plain }.Run);
        var (meter, ms) = (new LatencyMeter(), 0.0);
        Hold(_detr, () => ms = meter.Measure(operation), () => ms);
    }

    static void Hold(SleepingEngine engine, Action call, Func<double> figureMs)
    {
        call(); // compiles
        var (figures, around) = (0.0, 0.0);
        for (var i = 0; i < Runs; i++)
        {
            var start = Stopwatch.GetTimestamp();
            call();
            around += Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            figures += figureMs();
        }

        Assert.InRange(figures, engine.LastMs(Runs), around);
        Assert.True(figures > 0.8 * around, $"{figures} of {around} ms"); // what is not in it is no more than the call's own frame
    }

    string Photograph()
    {
        var path = _folder.File("photograph.jpg");
        File.WriteAllBytes(path, ImageWriter.Jpeg(SyntheticPhotographs.Create(0, new(60, 80)), quality: 90));
        return path;
    }

    /// <summary>Outputs of zeros, after a while.</summary>
    sealed class SleepingEngine(IReadOnlyList<TensorSpec> inputs, IReadOnlyList<TensorSpec> outputs) : IInferenceEngine
    {
        readonly List<double> _ms = [];

        public EngineInfo Info { get; } = new("sleeping", "none", "1", new Dictionary<string, string>());
        public IReadOnlyList<TensorSpec> Inputs => inputs;
        public IReadOnlyList<TensorSpec> Outputs => outputs;

        internal double LastMs(int runs) => _ms.TakeLast(runs).Sum();

        internal ModelUse UseAs(string family) => ModelUse.Of(new("The model", inputs, outputs), new() { Family = family, Mean = [0, 0, 0], Deviation = [1, 1, 1] });

        public void Run(TensorSet inputs, TensorSet outputs)
        {
            var start = Stopwatch.GetTimestamp();
            Thread.Sleep(40);
            _ms.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        public void Synchronize()
        {
        }

        public void Dispose()
        {
        }
    }
}
