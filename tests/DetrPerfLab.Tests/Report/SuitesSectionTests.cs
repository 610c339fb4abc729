namespace DetrPerfLab.Tests.Report;

public class SuitesSectionTests
{
    static readonly ReportModel s_model = Reports.Model(FakeResults.All);

    [Theory]
    [InlineData("Thread", "speed-up", "efficiency")]
    [InlineData("Resolution", "GFLOP", "AP")]
    [InlineData("Batch", "ms/image", "images/s", "padding")]
    [InlineData("Chunking", "time/baseline", "peak, MiB")]
    [InlineData("GcMode", "managed/image", "gen2", "pauses, ms", "longest, ms", "pause, µs/image", "p99, ms", "peak, MiB")]
    [InlineData("Memory", "managed/image", "peak, MiB", "growth, MiB", "arena, MiB", "idle")]
    [InlineData("Allocator", "allocator", "page faults", "steady, MiB", "speed-up")]
    [InlineData("Worker", "images/s", "peak, MiB")]
    [InlineData("Serving", "load", "max batch", "offered/s", "achieved/s", "p90, ms", "p99, ms", "503", "batch size", "speed-up")]
    [InlineData("Preprocess", "ns/pixel", "managed", "speed-up")]
    [InlineData("Postprocess", "µs", "ns/query", "managed", "speed-up")]
    [InlineData("Classifier", "model", "ms/image", "model, MiB", "top-1", "max difference", "peak, MiB")]
    [InlineData("Compression", "model", "speed-up", "AP", "model, MiB", "GFLOP", "peak, MiB")]
    [InlineData("Stacked", "this step", "all so far")]
    public void Create_Suite_ShowsWhatItIsMeasuredFor(string suite, params string[] columns)
    {
        var table = TableOf(s_model, suite);

        foreach (var column in columns)
        {
            var index = table.Columns.Select(c => c.Heading).ToList().IndexOf(column);
            Assert.True(index >= 0, column);
            Assert.Contains(table.Rows, row => row[index].Text.Count > 0);
        }
    }

    [Fact]
    public void Table_WithoutCases_KeepsItsColumns() =>
        Assert.Equal(["threads", "size"], CaseColumn.Table("none", [CaseColumn.Parameter("Threads"), CaseColumn.Parameter("Size")], []).Columns.Select(c => c.Heading));

    [Fact]
    public void Create_EverySuite_HasOneBaselineForEachThingCompared()
    {
        var baselines = s_model.Cases.Where(c => c.Baseline == c).Select(c => (c.Run.Suite, c.Run.Variant)).ToArray();

        Assert.Equal(2, baselines.Count(b => b.Suite == "Thread"));
        Assert.Equal(2, baselines.Count(b => b.Suite == "Chunking"));
        Assert.Single(baselines, b => b.Suite == "Worker");
        Assert.Equal(s_model.Cases.Where(c => c.Baseline is not null).Select(c => c.Run.Suite).Distinct(), baselines.Select(b => b.Suite).Distinct());
    }

    [Fact]
    public void Create_Oversubscribed_IsCountedFromItsOwnVariant()
    {
        // Its own single thread is what it is counted from, not eager FP32 with as many threads; and eight of its threads beat it.
        var oversubscribed = s_model.Cases.Single(c => c.Run.Id.Contains("Variant: ort-fp32, Threads: 16"));

        Assert.Equal(1, oversubscribed.Baseline!.Number("threads"));
        Assert.True(Estimate.Ratio(s_model.Cases.Single(c => c.Run.Id.EndsWith("Variant: ort-fp32, Threads: 8)")), oversubscribed)!.Value.Upper < 1);
    }

    [Fact]
    public void Create_Servings_SayWhetherBatchingPaysOnlyWhereItIsDecided()
    {
        const string Engines = "sharing the threads among engines ", Nowhere = "batching is not shown to pay at any load that was measured; ", All = "50 % load, 80 % load, 95 % load, bursts";
        Assert.Contains($"batching pays at {All} (median of a request against the faster of two measurements of the plain setting: 1.15× [1.15,\u00A01.15] as fast with batches up to 4 at 50 % load; ", Text(FakeResults.Servings));
        Assert.Contains($"{Nowhere}every setting of it is slower at {All}.", Text(FakeResults.Servings.Select(r => r.Parameters["Batch"] == "1" ? r : Longer(r, 3))));
        Assert.Contains($"{Engines}is not shown to pay at any load that was measured; every setting of it is slower at {All}.", Text(FakeResults.Servings));
        Assert.Contains($"{Engines}pays at {All} (median of a request against the faster of two measurements of the plain setting: ", Text(FakeResults.Servings.Select(r => r.Parameters["Workers"] == "2" ? Longer(r, 0.2) : r)));
        // One sample decides nothing; neither does a plain setting that was measured once, or was as fast as batches the second time.
        Assert.Contains($"{Nowhere}undecided at {All}.", Text(FakeResults.Servings.Select(r => r with { SamplesMs = [r.SamplesMs[0]] })));
        Assert.Contains($"{Nowhere}undecided at {All}.", Text(FakeResults.Servings.Where(r => !r.Repeated)));
        Assert.Contains($"{Nowhere}undecided at {All}.", Text(FakeResults.Servings.Select(r => r.Repeated ? Longer(r, 0.5) : r)));

        // Slower still the second time, but so unevenly that nothing is decided: both times have to hold.
        Assert.Contains($"{Nowhere}undecided at {All}.", Text(FakeResults.Servings.Select(r => r.Repeated ? r with { SamplesMs = [.. r.SamplesMs.Select((ms, i) => i % 2 == 0 ? 0.1 * ms : 4 * ms)], Serving = r.Serving! with { Blocks = 5 } } : r)));

        static string Text(IEnumerable<RunResult> results) => Reports.Markdown(Reports.Model(results)).Replace("\\", "").Replace("**", "");
        static RunResult Longer(RunResult r, double factor) => r with { SamplesMs = [.. r.SamplesMs.Select(ms => ms * factor)] };
    }

    [Fact]
    public void Create_Allocators_SayWhatPageFaultsCostWhereItIsDecided()
    {
        var text = Reports.Markdown(Reports.Model(FakeResults.Allocators)).Replace("\\", "");

        Assert.Matches(@"`torch-fp32`: \*\*29 % of an inference\*\* \(29 % to 30 %\) is saved where glibc keeps freed memory instead of giving it back: 320,578 page faults, 9 where it keeps it\.", text);
        Assert.Matches(@"`ort-fp32`: keeping freed memory instead of giving it back: 1\.00× \[0\.99,\s1\.01\], undecided\.", text);

        var slower = FakeResults.Allocators.Select(r => r.Variant == "ort-fp32" && r.Parameters["Allocator"] != "glibc" ? r with { SamplesMs = [.. r.SamplesMs.Select(ms => ms * 1.2)] } : r);
        Assert.Contains("`ort-fp32`: keeping freed memory instead of giving it back: 0.83×", Reports.Markdown(Reports.Model(slower)).Replace("\\", ""));
    }

    [Fact]
    public void Create_Compressions_SayWhichPaysFirstOnlyWhereItIsDecided()
    {
        const string All = "quantising, pruning and fine-tuning, distilling";
        var text = Text(FakeResults.Compressions);
        Assert.Contains("**quantising pays first**: of what is sure to lose at most 1 point of AP it gains most.", text);
        Assert.Matches(@"\*\*pruning and fine-tuning\*\*: pruned 20 %, tuned \(FP32\), 1\.1\d× \[[^]]+\], AP difference −0\.6 \[−0\.9,\s−0\.3\] points, 80 % of the size\.", text);
        Assert.Contains("**Fine-tuning after pruning** changes AP: pruned 20 %, 40.2 to 60.6.", text);
        Assert.Contains("**A teacher** changes AP: student, 54.1 to 57.2.", text);

        // Half a point more of loss, and the interval holds the limit: it is not sure.
        Assert.Contains("**pruning and fine-tuning pays first**", Text(FakeResults.Compressions.Select(r => r.Variant == "ort-fp32" ? r : Lossy(r, 0.01))));
        Assert.Contains($"None of {All} is both decidedly faster and sure to lose at most 1 point of AP.", Text(FakeResults.Compressions.Select(r => Lossy(r, 0.01))));
        Assert.Contains("**quantising and pruning and fine-tuning pay alike**", Text(FakeResults.Compressions.Select(r => r.Variant == "ort-fp32" ? r : r with { SamplesMs = FakeResults.Compressions[2].SamplesMs })));
        Assert.Contains("Not measured, or in contaminated runs only: distilling.", Text(FakeResults.Compressions.Where(r => r.Parameters["Model"] != "student, taught")));
        Assert.Contains($"Which of {All} pays first is not known.", Text(FakeResults.Compressions.Where(r => r.Parameters["Model"] == "as it is")));
        Assert.DoesNotContain("pays first", Text(FakeResults.Compressions.Skip(1))); // of nothing

        static string Text(IEnumerable<RunResult> results) => Reports.Markdown(Reports.Model(results)).Replace("\\", "");
        static RunResult Lossy(RunResult r, double more) => r with { CocoApDifference = r.CocoApDifference is { } d ? new(d.Value - more, d.Lower - more, d.Upper - more, d.Level) : null };
    }

    /// <summary>Each measured comparison stands beside the published one; what this machine cannot measure is said.</summary>
    [Fact]
    public void Create_Classifiers_StandBesideThePublishedFigures()
    {
        var text = Reports.Markdown(Reports.Model(FakeResults.Classifiers)).Replace("\\", "");

        Assert.Matches(@"\*\*Static graph\*\*, resnet50, `torch-fp32` to `torchscript-fp32`: 1\.2\d× \[[^]]+\], faster\. Published: 25 to 30 %\.", text);
        Assert.Matches(@"224 → 196 → 168 pixels: \d+ → \d+ → \d+ ms, .*operations 77 % and 56 %\. Published: 1\.8 → 1\.4 → 1\.1 s", text);
        Assert.Matches(@"batch 4 with 4 threads against one picture with one thread, per image: [23]\.\d\d× .*4 threads alone [23]\.\d\d×, batch 4 alone 1\.0\d×\)\. Published: almost 3× at batch 4 and 4 threads\.", text);
        Assert.Matches(@"`torch-fp32` to `torch-int8-dynamic`: 2\.\d\d× \[[^]]+\], faster, and 27 % of the size \(330 → 88\.0 MiB\)\. Published: 2 to 3× and a quarter of the size", text);
        // One baseline a model, at the size, batch and threads that the suite names.
        Assert.Equal(["resnet50 224 1 8", "vit-b-16 224 1 8"], Reports.Model(FakeResults.Classifiers).Cases.Where(c => c.Baseline == c).Select(c => string.Join(' ', c.Run.Parameters.Values)));
    }

    [Fact]
    public void Create_ClassifiersOnFewerCores_SayThatFourThreadsWereNotMeasured()
    {
        var model = Reports.Model(FakeResults.Classifiers.Where(r => r.Parameters["Threads"] != "8").Select(r => r.Parameters["Threads"] == "4" ? r with { Parameters = new Dictionary<string, string>(r.Parameters) { ["Threads"] = "2" } } : r));

        Assert.Contains("batch 4 with 2 threads against one picture with one thread", Reports.Markdown(model));
        Assert.Contains("this machine has no 4 cores, so its 2 threads stand here for 4.", Reports.Markdown(model));
    }

    [Fact]
    public void Create_FindingOfOneModel_IsNamedByWhatTellsItApart()
    {
        var cases = FakeResults.Classifiers.Select(r => r.Variant == "torch-fp32" && r.Parameters["Model"] == "resnet50" ? r with { Findings = [new("graph", "found")] }
            : r.Parameters["Size"] == "168" ? r with { Findings = [new("size", "odd")] } : r);

        var text = Reports.Markdown(Reports.Model(cases));

        Assert.Contains("**graph**: found (torch-fp32 with model resnet50)", text);
        Assert.Contains("**size**: odd (ort-fp32 with size 168)", text);
    }

    [Fact]
    public void Create_StackedSteps_StandInTheirOrder() =>
        Assert.Equal(["0", "1", "2", "3", "4", "5"], TableOf(s_model, "Stacked").Rows.Select(r => r[0].Text[0].Text[..1]));

    [Fact]
    public void Create_BatchOfImages_ComparesTimesAnImage() =>
        Assert.InRange(s_model.Cases.Single(c => c.Run.Id.EndsWith("Batch: 8, Sizes: equal)")).SpeedUp!.Value.Value, 1.03, 1.12);

    [Fact]
    public void Create_SuiteThatWasNotMeasured_IsListedWithItsCommand()
    {
        var section = SuitesSection.Create(Reports.Model(FakeResults.Engine));

        var lacking = Assert.IsType<Table>(section.Blocks[^1]);
        Assert.Equal(Suites.All.Count - 1, lacking.Rows.Count);
        Assert.Contains(lacking.Rows, r => r[0].Text[0].Text == "Worker" && r[2].Text[0].Text == "./run-all.sh --filter '*WorkerBenchmarks*'");
    }

    [Fact]
    public void Create_FindingsOfAnySuite_StandBelowItsTable() => Assert.Contains("overlapping tiles of 800x1066", Reports.Markdown(s_model));

    [Fact]
    public void Create_FirstRowSlowerAtTheEnd_SaysThatTheMachineChanged()
    {
        var changed = FakeResults.GcModes.Select(r => r.Repeated ? r with { SamplesMs = [.. r.SamplesMs.Select(s => s * 1.2)] } : r);

        Assert.Contains("the machine changed meanwhile", Reports.Markdown(Reports.Model(changed)));
        Assert.DoesNotContain("the machine changed meanwhile", Reports.Markdown(s_model));
    }

    [Fact]
    public void Create_FirstRowOfAllIsAGap_HoldsNoOtherRowAgainstItsRepetition()
    {
        var lacking = FakeResults.GcModes.Select((r, i) => i == 0 ? r with { SamplesMs = [], Gap = "no memory" } : r).ToArray();
        Assert.Contains(lacking, r => r.Repeated);

        Assert.Contains("it is not known whether the machine changed meanwhile", Reports.Markdown(Reports.Model(lacking)));
    }

    [Theory]
    [InlineData(1, true)] // the first measurement stayed the cleanest
    [InlineData(2, false)]
    public void Create_FirstRowMeasuredAgainAfterTheOthers_DoesNotTellHowTheMachineBegan(int kept, bool isKnown)
    {
        var again = FakeResults.GcModes.Select((r, i) => i == 0 ? r with { Repetition = new(2, kept, ["other processes 50 %"]) } : r);
        Assert.Equal(!isKnown, Reports.Markdown(Reports.Model(again)).Contains("The first row was not measured both before and after the others, so it is not known whether the machine changed meanwhile."));
    }

    [Fact]
    public void Create_FewSamplesAtTheEnd_DoesNotSayThatTheMachineStayed()
    {
        var few = FakeResults.GcModes.Select(r => r.Repeated ? r with { SamplesMs = [.. r.SamplesMs.Take(3)] } : r);
        Assert.Contains("too few samples to tell whether the machine changed", Reports.Markdown(Reports.Model(few)));
    }

    static Table TableOf(ReportModel model, string suite) =>
        SuitesSection.Create(model).Blocks.OfType<Table>().Single(t => t.Caption.EndsWith($" {suite}", StringComparison.Ordinal));
}
