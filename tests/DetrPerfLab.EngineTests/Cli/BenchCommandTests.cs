using System.Text.Json;
using DetrPerfLab.EngineTests.Engines;
using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Cli;

/// <summary><c>detrlab bench</c> with real engines, each in its own process, on a small DETR.</summary>
[Collection(nameof(Alone))] // its figures are audited
public sealed class BenchCommandTests(BenchCommandTests.Files files) : IClassFixture<BenchCommandTests.Files>
{
    [Fact]
    public void Bench_TwoVariants_StoresAllThatAResultCanHold()
    {
        var run = Bench(rounds: 6, "torch-fp32", "ort-fp32");

        Assert.True(run.ExitCode == 0, run.Error);
        var set = ResultStore.Read(Directory.GetDirectories(files.Results).Single(d => !d.EndsWith("plots", StringComparison.Ordinal)));
        Assert.Equal(["fp32", "int8"], set.Machine.Peaks.Select(p => p.Precision).Distinct());
        foreach (var result in set.Results)
        {
            Assert.Null(result.Gap);
            Assert.Equal($"Bench.Forward(Variant: {result.Variant}, Size: 64x85, Threads: 1, Model: tiny.safetensors)", result.Id);
            Assert.Equal(6, result.RoundsMs.Count);
            Assert.InRange(result.SamplesMs.Count, 12, 6 * 200); // it is a short one: many are timed in a turn
            Assert.Equal(6, result.Interleaving!.Places.Count);
            Assert.Equal(["torch-fp32", "ort-fp32"], result.Interleaving.Variants);
            Assert.True(result.Audit is { Checks: >= 1, FreshInputs: >= 1 });
            Assert.True(result.Cold is { ProcessToFirstMs: > 0, LoadMs: > 0, FirstMs: > 0 });
            Assert.True(result.Cold.ProcessToFirstMs > result.Cold.LoadMs + result.Cold.FirstMs, "the process began before it loaded");
            Assert.InRange(result.Memory!.PeakRssBytes ?? 1, 1, 1L << 30); // of one small model, not of this test's process
            Assert.NotNull(result.Agreement);
            Assert.NotNull(result.HarnessCost);
            Assert.NotNull(result.WarmUp);
            Assert.NotNull(result.Gc);
            Assert.NotNull(result.Contamination);
            Assert.Equal(("fp32", 1), (result.Peak!.Precision, result.Peak.Threads));
            Assert.True(result.Flops > 0);
            Assert.NotEmpty(result.Findings);
            Assert.Equal(set.Machine.Fingerprint, result.Machine);
        }

        Assert.Single(set.Results.Select(r => r.Interleaving!.Run).Distinct());
        Assert.Contains("round 6 of 6", run.Error);
        Assert.Contains("Bench.json", run.Output);
        Assert.Matches("(?m)^(Undecided: |(ort|torch)-fp32 is )", run.Output);
        var table = File.ReadAllLines(Directory.GetFiles(files.Results, "Bench.csv", SearchOption.AllDirectories).Single());
        Assert.Equal(["id", .. set.Results.Select(r => $"\"{r.Id}\"")], table.Select(l => l.StartsWith('"') ? l[..(l.IndexOf('"', 1) + 1)] : l.Split(',')[0]));
        Assert.True(File.Exists(Path.Combine(files.Results, "report.html")));
        Assert.Empty(Directory.GetFiles(files.Results, "*.partial", SearchOption.AllDirectories));
    }

    /// <summary>A classifier is measured at its own size unless the user says otherwise, and on squares; ids tell a size that is not the model's own.</summary>
    [Theory]
    [InlineData("detr-r50", null, 800, 1066, "Threads: 1")]
    [InlineData("detr-r50", 512, 512, 682, "Size: 512x682, Threads: 1")]
    [InlineData("resnet50", null, 224, 224, "Threads: 1, Model: resnet50")]
    [InlineData("resnet50", 224, 224, 224, "Threads: 1, Model: resnet50")]
    [InlineData("vit-b-16", 168, 168, 168, "Size: 168x168, Threads: 1, Model: vit-b-16")]
    public void SizeOf_Model_IsItsOwnUnlessTheUserSays(string name, int? size, int height, int width, string id)
    {
        var (options, model) = (new BenchOptions { Model = name, Size = size, Threads = 1 }, VariantModel.Of(name, family: new FamilyOptions()));

        Assert.Equal(new ImageSize(height, width), options.SizeOf(model.Use));
        Assert.StartsWith($"Bench.Forward(Variant: ort-fp32, {id}", BenchOptions.IdOf("ort-fp32", options.Parameters(model)));
    }

    [Fact]
    public void Bench_Json_IsAllThatStandardOutputHolds()
    {
        var run = Bench(rounds: 1, json: true, "ort-fp32");

        Assert.Equal(0, run.ExitCode);
        Assert.Single(JsonSerializer.Deserialize<RunResult[]>(run.Output, LabJson.Options)!.Single().RoundsMs);
    }

    [Fact]
    public void Bench_OnnxFileOfAnotherFamily_IsMeasuredAgainstItsUnoptimisedGraph()
    {
        var file = TestPaths.Deim;
        using var folder = new TempFolder();
        using StringWriter output = new(), error = new();

        var code = new BenchSession(
            new() { Model = file, Variants = ["ort-fp32"], Rounds = 2, Results = folder.Path, Cache = files.Cache, Charts = false, Json = true, WarmUpCapMs = 500 },
            output, error).Run(TestContext.Current.CancellationToken);

        Assert.True(code == ExitCode.Done, error.ToString());
        var result = JsonSerializer.Deserialize<RunResult[]>(output.ToString(), LabJson.Options)!.Single();
        Assert.Equal("ort-fp32-disabled", result.Agreement!.Reference);
        Assert.True(result.Flops > 0);
    }

    [Fact]
    public void Setup_VariantOnAnotherModelsReference_IsRefused()
    {
        // The reference's outputs of other weights put in its place: a wrong engine, as far as the check can tell.
        using var cache = new TempFolder();
        var request = files.Request("ort-fp32") with { CacheFolder = cache.Path };
        VariantCase.Of(request).Prepare((_, _, _) => { }, fresh: true);
        foreach (var reference in Directory.GetFiles(cache.Path, "reference-*.bin", SearchOption.AllDirectories)) // of the usual input and of a fresh one
        {
            var bytes = File.ReadAllBytes(reference);
            BitConverter.TryWriteBytes(bytes.AsSpan(bytes.Length - 4), 0.123f); // the last box's height
            File.WriteAllBytes(reference, bytes);
        }

        using var process = new WorkerProcess(EngineProgram.Worker, request);

        var mistake = Assert.Throws<LabException>(() => process.Open(TestContext.Current.CancellationToken));

        Assert.Equal(ExitCode.CheckFailed, mistake.ExitCode);
        Assert.Contains("differs from 'torch-fp32'", mistake.Message);
    }

    [Fact]
    public void CodeOf_Results_CountsFailuresAndForgivesLacks()
    {
        RunResult done = RunResult.Unfiled("a"), lack = RunResult.Unfiled("b") with { Gap = "no library", GapIsLack = true };
        var wrong = RunResult.Unfiled("c") with { Gap = "wrong outputs" };

        Assert.Equal(ExitCode.Done, BenchSession.CodeOf([done, lack]));
        Assert.Equal(ExitCode.CheckFailed, BenchSession.CodeOf([done, lack, wrong]));
        Assert.Equal(ExitCode.Missing, BenchSession.CodeOf([lack]));
    }

    [Theory]
    [InlineData("ort-int8-static", "--variants", "ort-fp8")] // an unknown one lists the known ones
    [InlineData("each once", "--variants", "ort-fp32,ort-fp32")]
    [InlineData("at least one", "--variants", ",")]
    [InlineData("one of those measured: torch-fp32, ort-fp32, ort-int8-static", "--baseline", "ort-fp16")]
    [InlineData("1 to 10000", "--rounds", "0")]
    [InlineData("32 to 2048", "--size", "8")]
    [InlineData("0 to 256", "--threads", "-1")]
    [InlineData("detr-r101", "--model", "detr-r51")]
    [InlineData("was not found", "--model", "/no/such/file.pth")]
    [InlineData("--rounds", "--rounds", "many")]
    [InlineData("cannot be written", "--results", "FILE/below")]
    public void Bench_BadInput_Exit2AndWhatToDo(string needed, params string[] args)
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder.File("plain"), "");

        var run = CliRun.Of(["bench", .. args.Select(a => a.Replace("FILE", folder.File("plain")))]);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(needed, run.Error);
        Assert.Empty(run.Output);
    }

    CliRun Bench(int rounds, params string[] variants) => Bench(rounds, json: false, variants);

    CliRun Bench(int rounds, bool json, params string[] variants)
    {
        using StringWriter output = new(), error = new();
        var options = new BenchOptions
        {
            Model = files.Model,
            Variants = variants,
            Rounds = rounds,
            Size = 64,
            Threads = 1,
            Results = files.Results,
            Cache = files.Cache,
            Json = json,
            Charts = false,
            WarmUpCapMs = 500,
        };
        var code = new BenchSession(options, output, error).Run(TestContext.Current.CancellationToken);
        return new((int)code, output.ToString(), error.ToString());
    }

    public sealed class Files : IDisposable
    {
        readonly TempFolder _folder = new();

        public Files()
        {
            var weights = SyntheticWeights.Create(TinyDetr.OneLayer);
            CheckpointWriter.WriteSafetensors(Model, weights.Tensors);
        }

        internal string Model => _folder.File("tiny.safetensors");

        internal string Results => _folder.File("results");

        internal string Cache => _folder.File("cache");

        public void Dispose() => _folder.Dispose();

        internal WorkerRequest Request(string variant) => new(Model, variant, 64, 85, 1, Cache) { WarmUpCapMs = 500 };
    }
}
