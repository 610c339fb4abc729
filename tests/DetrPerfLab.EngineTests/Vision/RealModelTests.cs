using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Vision;

/// <summary>The real DEIMv2-Atto on real photographs.</summary>
public class RealModelTests
{
    static string Model => TestPaths.Deim;

    static ModelUse Use => ModelFile.UseOf(Model);

    [Fact]
    public void Evaluate_DeimOnCocoMini_ReachesTheReferenceAp()
    {
        using var engine = new OrtEngine(Model, new OrtEngineOptions());
        var dataset = CocoDataset.Open(TestPaths.CocoMini);
        var shown = 0L;
        var result = DatasetEvaluator.Evaluate(engine, Use, dataset, new DetectorOptions(), (done, _) => shown = done);

        // The reference (README of the data): pycocotools on Pillow's resize and ONNX Runtime's FP32. 0.001 leaves room for another CPU's sums and tied scores.
        var summary = result.Evaluation.Summary;
        Assert.Equal(0.305, summary.Ap!.Value, 0.001);
        Assert.Equal(0.448, summary.Ap50!.Value, 0.001);
        Assert.Equal(0.485, summary.ApLarge!.Value, 0.001);
        Assert.Equal(0.459, summary.Ar100!.Value, 0.001);
        Assert.Equal(79, shown);
        Assert.Equal(79 * 300, result.Detections.Items.Count + result.LabelsWithoutCategory);
        Assert.All(result.Mean is { } mean ? [mean.DecodeMs, mean.PreprocessMs, mean.InferenceMs, mean.PostprocessMs] : Array.Empty<double>(), ms => Assert.True(ms > 0));
    }

    [Fact]
    public void Run_PhotographsAndABrokenOne_WritesAllButTheBroken()
    {
        var photographs = TestPaths.SharedData("coco-val2017-mini", "images");
        using var folder = new TempFolder();
        var broken = folder.File("broken.jpg");
        File.WriteAllBytes(broken, File.ReadAllBytes(Path.Combine(photographs, "000000000139.jpg"))[..5000]);
        using var engine = new OrtEngine(Model, new OrtEngineOptions());
        var pipeline = new DetectorPipeline(engine, Use, new DetectorOptions { Postprocess = new() { Threshold = 0.4f } });
        var result = new DetectionJob([Path.Combine(photographs, "000000000139.jpg"), broken, Path.Combine(photographs, "000000000802.jpg")], folder.File("out"), draw: true).Run(pipeline);

        Assert.Equal(2, result.Images);
        Assert.Contains("broken.jpg' is truncated", Assert.Single(result.Failures).Message);
        Assert.Equal(
            ["000000000139.png", "000000000139.txt", "000000000802.png", "000000000802.txt", "detections.json"],
            Directory.EnumerateFiles(folder.File("out")).Select(Path.GetFileName).Order());
        var text = File.ReadAllLines(folder.File("out/000000000139.txt"));
        Assert.Matches(@"^# Inference time: \d+\.\d\ds$", text[0]);
        Assert.Contains(text, l => l.StartsWith("tv ") || l.StartsWith("chair "));
        Assert.Equal(result.Detections, CocoDetections.Load(folder.File("out/detections.json")).Items.Count);

        var drawn = new RgbImage();
        new ImageDecoder().Decode(folder.File("out/000000000139.png"), drawn);
        Assert.Equal(new ImageSize(426, 640), drawn.Size);
    }

    [Fact]
    public void Run_Interrupted_GoesOnAndWritesTheSame()
    {
        using var folder = new TempFolder();
        using var engine = new OrtEngine(Model, new OrtEngineOptions());
        var pipeline = new DetectorPipeline(engine, Use, new DetectorOptions());
        string[] files = [.. Directory.EnumerateFiles(TestPaths.SharedData("coco-val2017-mini", "images")).Order(StringComparer.Ordinal).Take(6)];
        new DetectionJob(files, folder.File("whole"), draw: false).Run(pipeline);
        var job = new DetectionJob(files, folder.File("parts"), draw: false);
        using var stop = new CancellationTokenSource();
        using (var journal = new Journal<DetectedImage>(folder.Path, "detect", "k"))
        {
            Assert.Throws<OperationCanceledException>(() => job.Run(pipeline, (done, _) => { if (done == 4) { stop.Cancel(); } }, stop.Token, journal));
        }

        File.Delete(folder.File($"parts/{Path.GetFileNameWithoutExtension(files[1])}.txt")); // a result that was lost is made again
        using var again = new Journal<DetectedImage>(folder.Path, "detect", "k");
        Assert.Equal(3, job.Run(pipeline, journal: again).Resumed);
        Assert.Equal(File.ReadAllText(folder.File("whole/detections.json")), File.ReadAllText(folder.File("parts/detections.json")));
        Assert.Equal(7, Directory.GetFiles(folder.File("parts")).Length);
        Assert.Null(job.Run(pipeline, journal: again).Mean); // nothing was run, nothing was timed
    }

    [Fact]
    public void Match_RealFile_IsDeimWithItsOwnSize()
    {
        using var engine = new OrtEngine(Model, new OrtEngineOptions());
        var pipeline = new DetectorPipeline(engine, Use, new DetectorOptions { Size = 800 });
        Assert.Equal("deim", pipeline.Use.Family.Name);
        Assert.Equal("320x320", pipeline.Preprocessing.Resize.ToString());
    }

    [Fact]
    public void Evaluate_Interrupted_GoesOnAndGivesTheSame()
    {
        using var folder = new TempFolder();
        using var engine = new OrtEngine(Model, new OrtEngineOptions());
        var dataset = CocoDataset.Open(TestPaths.CocoMini);
        using var stop = new CancellationTokenSource();
        using (var journal = new Journal<JournalEntry>(folder.Path, "eval", "k"))
        {
            Assert.Throws<OperationCanceledException>(() => DatasetEvaluator.Evaluate(
                engine, Use, dataset, new(), (done, _) => { if (done == 20) { stop.Cancel(); } }, stop.Token, journal));
        }

        using var again = new Journal<JournalEntry>(folder.Path, "eval", "k");
        Assert.Equal(20, again.Entries.Count);
        var resumed = DatasetEvaluator.Evaluate(engine, Use, dataset, new(), journal: again);
        Assert.Equal(79, again.Entries.Count);
        var fresh = again.Entries.Skip(20).Average(e => e.Times.TotalMs); // not those of another time, under another load
        Assert.Equal(fresh, resumed.Mean!.Value.TotalMs, 1e-9);
        Assert.Equal(DatasetEvaluator.Evaluate(engine, Use, dataset, new()).Detections.Items, resumed.Detections.Items);
    }
}
