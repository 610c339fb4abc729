using BenchmarkDotNet.Running;
using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Benchmarks;

/// <summary>Runs alone: it counts what the whole process allocates and collects.</summary>
[Collection(nameof(Alone))]
public class SuiteRowTests
{
    /// <summary>Rows that need no model: each is opened, which compares its fast path with the plain one, and runs.</summary>
    public static TheoryData<string, string> Rows =>
        [.. new SuiteBenchmarks[] { new PreprocessBenchmarks(), new PostprocessBenchmarks() }
            .SelectMany(suite => suite.Cases.Select(row => (suite.GetType().Name, row.ToString())))];

    [Theory]
    [MemberData(nameof(Rows))]
    public void Open_RowWithoutModel_Runs(string suite, string row)
    {
        SuiteBenchmarks benchmarks = suite == nameof(PreprocessBenchmarks) ? new PreprocessBenchmarks() : new PostprocessBenchmarks();
        using var work = benchmarks.Open(benchmarks.Cases.Single(c => c.ToString() == row));
        work.Operation.Run();
    }

    /// <summary>The fused and vectorised paths allocate nothing once warm; what decodes a file may.</summary>
    [Theory]
    [InlineData("fused", "Stage", "resize and normalise")]
    [InlineData("fused, all threads", "Stage", "resize and normalise")]
    [InlineData("vectorised", "Queries", "100")]
    [InlineData("vectorised, NMS", "Queries", "900")]
    public void Run_FastPath_AllocatesNothing(string variant, string parameter, string value)
    {
        SuiteBenchmarks suite = parameter == "Stage" ? new PreprocessBenchmarks() : new PostprocessBenchmarks();
        using var work = suite.Open(suite.Cases.Single(c => c.Variant == variant && c[parameter] == value));
        for (var i = 0; i < 3; i++) { work.Operation.Run(); }
        // Of all threads, since the path has workers; the least of several runs, since other tests allocate meanwhile.
        Assert.Equal(0, Enumerable.Range(0, 20).Min(_ =>
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            work.Operation.Run();
            return GC.GetTotalAllocatedBytes(precise: true) - before;
        }));
    }

    [Fact]
    public void Findings_ImageSharpsRows_TellHowFarItsPixelsLieFromPillows()
    {
        var suite = new PreprocessBenchmarks();
        foreach (var row in suite.Cases)
        {
            using var work = suite.Open(row);
            if (row.Variant == "imagesharp" && row["Stage"] != "normalise") { Assert.Matches(@"^\d+ and \d+\.\d\d of 255$", Assert.Single(work.Findings()).Figure); }
            else { Assert.Empty(work.Findings()); }
        }
    }

    [Theory]
    [InlineData("decode")]
    [InlineData("resize")]
    [InlineData("decode and resize")]
    [InlineData("normalise")]
    [InlineData("resize and normalise")]
    [InlineData("decode, resize and normalise")]
    public void Require_StageThatGivesSomethingElse_IsNotTimed(string stage)
    {
        var photograph = SyntheticPhotographs.Create(0, new(480, 640));
        var resized = ResizeReference.Resize(photograph, new(800, 1066));
        var tensors = new TensorSet(new HostTensor("pixel_values", ElementType.Float32, 1, 3, 800, 1066), new HostTensor("pixel_mask", ElementType.Int64, 1, 800, 1066));
        var row = new SuiteCase("fused", ("Stage", stage));
        void Prepare() => new Preprocessor(PreprocessOptions.Detr).Prepare(photograph, tensors);
        Prepare();
        PreprocessBenchmarks.Require(row, SyntheticPhotographs.Create(0, new(480, 640)), photograph, resized, tensors);

        Prepare();
        tensors["pixel_values"].Floats[12345] = MathF.BitIncrement(tensors["pixel_values"].Floats[12345]);
        if (stage is "resize" or "decode and resize") { resized.Pixels[12345] ^= 1; }
        for (var i = 0; stage == "decode" && i < photograph.Pixels.Length; i += 3) { photograph.Pixels.Slice(i, 3).Reverse(); } // blue, green, red
        Assert.Contains("was not timed", Assert.Throws<LabException>(() => PreprocessBenchmarks.Require(row, SyntheticPhotographs.Create(0, new(480, 640)), photograph, resized, tensors)).Message);
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
    public void WithVariables_TorchWithoutSpinning_IsTheOnlyCaseWithOpenMpsVariable()
    {
        var cases = BenchmarkConverter.TypeToBenchmarks(typeof(ThreadBenchmarks)).BenchmarksCases;
        var waiting = cases.ToLookup(c => CaseExecutor.WithVariables(c).Job.Environment.EnvironmentVariables?.SingleOrDefault(v => v.Key == "OMP_WAIT_POLICY")?.Value);
        var passive = ResultJoin.RowOf(Assert.Single(waiting["passive"]));
        Assert.Equal(("torch-fp32", "off"), (passive.Variant, passive["Spinning"]));
        Assert.Equal(cases.Length - 1, waiting[null].Count());
    }

    [Fact]
    public void ToString_OfARow_IsPartOfTheId() =>
        Assert.Equal("ThreadBenchmarks.Forward(Variant: ort-fp32, Threads: 2)", ResultJoin.IdOf(typeof(ThreadBenchmarks), "Forward", new("ort-fp32", ("Threads", "2"))));

    [Fact]
    public void Counts_OfThreads_EndAtTwiceTheCores() => Assert.Equal(2 * Environment.ProcessorCount, ThreadBenchmarks.Counts.Last());
}
