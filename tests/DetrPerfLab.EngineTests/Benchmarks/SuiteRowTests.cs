using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Benchmarks;

/// <summary>Runs alone: it counts what the whole process allocates and collects.</summary>
[Collection(nameof(Alone))]
public class SuiteRowTests
{
    readonly PreprocessBenchmarks _preprocess = new();
    readonly PostprocessBenchmarks _postprocess = new() { Queries = 900 };

    public SuiteRowTests()
    {
        _preprocess.Setup(); // compares each way with the plain one
        _postprocess.Setup();
    }

    public static TheoryData<string> FastPaths =>
        [nameof(PreprocessBenchmarks.FusedPrepare), nameof(PreprocessBenchmarks.FusedThreadsPrepare), nameof(PostprocessBenchmarks.Vectorised), nameof(PostprocessBenchmarks.VectorisedNms)];

    /// <summary>The fused and vectorised paths allocate nothing once warm; what decodes a file may.</summary>
    [Theory]
    [MemberData(nameof(FastPaths))]
    public void Run_FastPath_AllocatesNothing(string path)
    {
        Action run = path switch
        {
            nameof(PreprocessBenchmarks.FusedPrepare) => _preprocess.FusedPrepare,
            nameof(PreprocessBenchmarks.FusedThreadsPrepare) => _preprocess.FusedThreadsPrepare,
            nameof(PostprocessBenchmarks.Vectorised) => () => _postprocess.Vectorised(),
            _ => () => _postprocess.VectorisedNms(),
        };
        for (var i = 0; i < 3; i++) { run(); }
        // Of all threads, since the path has workers; the least of several runs, since other tests allocate meanwhile.
        Assert.Equal(0, Enumerable.Range(0, 20).Min(_ =>
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            run();
            return GC.GetTotalAllocatedBytes(precise: true) - before;
        }));
    }

    [Theory]
    [InlineData("decode")]
    [InlineData("resize")]
    [InlineData("decode and resize")]
    public void Difference_OfImageSharpsRows_TellsHowFarItsPixelsLieFromPillows(string stage) =>
        Assert.Matches(@"^\d+ and \d+\.\d\d of 255$", _preprocess.Difference(stage).Figure);

    [Fact]
    public void RequirePixels_WayThatGivesSomethingElse_IsNotTimed()
    {
        var needed = SyntheticPhotographs.Create(0, new(48, 64));
        var found = new RgbImage();
        found.Resize(needed.Size);
        void Write(Action<RgbImage> change)
        {
            needed.Pixels.CopyTo(found.Pixels);
            change(found);
        }

        PreprocessBenchmarks.RequirePixels("same", () => Write(_ => { }), needed, exact: true, () => found);
        PreprocessBenchmarks.RequirePixels("near", () => Write(i => i.Pixels[123] ^= 1), needed, exact: false, () => found);
        Assert.Contains("was not timed", Assert.Throws<LabException>(
            () => PreprocessBenchmarks.RequirePixels("a bit", () => Write(i => i.Pixels[123] ^= 1), needed, exact: true, () => found)).Message);
        Assert.Throws<LabException>(() => PreprocessBenchmarks.RequirePixels("blue, green, red", () => Write(i =>
        {
            for (var p = 0; p < i.Pixels.Length; p += 3) { i.Pixels.Slice(p, 3).Reverse(); }
        }), needed, exact: false, () => found));
        Assert.Throws<LabException>(() => PreprocessBenchmarks.RequirePixels("nothing", () => { }, needed, exact: false, () => found));
    }

    [Fact]
    public void RequireValues_WayThatGivesSomethingElse_IsNotTimed()
    {
        var needed = new float[3 * 800 * 1066];
        Assert.Contains("was not timed", Assert.Throws<LabException>(() => _preprocess.RequireValues("nothing", () => { }, needed)).Message);
        Assert.Throws<LabException>(() => _preprocess.RequireValues("another picture", _preprocess.FusedPrepare, needed));
    }

    [Fact]
    public void Require_OtherDetection_IsNotTimed()
    {
        var outputs = new TensorSet(new HostTensor("logits", ElementType.Float32, 1, 100, 92), new HostTensor("pred_boxes", ElementType.Float32, 1, 100, 4));
        SyntheticSequence.Fill("logits", outputs["logits"].Floats, amplitude: 6);
        SyntheticSequence.Fill("boxes", outputs["pred_boxes"].Floats, amplitude: 0.2f, offset: 0.5f);
        var options = new PostprocessOptions { Threshold = 0 };
        var found = new Postprocessor(options).Detr(outputs, 0, new(480, 640)).ToArray();
        PostprocessBenchmarks.Require(found, outputs, options);

        foreach (var wrong in new[] { found[7] with { Label = found[7].Label + 1 }, found[7] with { Score = found[7].Score + 1e-4f }, found[7] with { Y2 = found[7].Y2 + 0.1f } })
        {
            Detection[] changed = [.. found[..7], wrong, .. found[8..]];
            Assert.Throws<LabException>(() => PostprocessBenchmarks.Require(changed, outputs, options));
        }
    }

    [Fact]
    public void ToString_OfARow_IsPartOfTheId() =>
        Assert.Equal("ThreadBenchmarks.Forward(Variant: ort-fp32, Threads: 2)", SuiteCase.IdOf(typeof(ThreadBenchmarks), new("ort-fp32", ("Threads", "2"))));

    [Fact]
    public void Counts_OfThreads_EndAtTwiceTheCores() => Assert.Equal(2 * Environment.ProcessorCount, ThreadBenchmarks.Counts.Last());
}
