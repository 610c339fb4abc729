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
    [InlineData("Worker", "images/s", "peak, MiB")]
    [InlineData("Preprocess", "ns/pixel", "managed", "speed-up")]
    [InlineData("Postprocess", "µs", "ns/query", "managed", "speed-up")]
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

    [Fact]
    public void Create_FewSamplesAtTheEnd_DoesNotSayThatTheMachineStayed()
    {
        var few = FakeResults.GcModes.Select(r => r.Repeated ? r with { SamplesMs = [.. r.SamplesMs.Take(3)] } : r);
        Assert.Contains("too few samples to tell whether the machine changed", Reports.Markdown(Reports.Model(few)));
    }

    [Fact]
    public void Create_BestThreadsComparedWithAContaminatedRun_IsMarkedAndDecidesNothing()
    {
        var contaminated = new ContaminationInfo(ContaminationVerdict.Contaminated, ["steal time 9 %, limit 2 %"]);
        var model = Reports.Model(FakeResults.Threads.Select(r => r.Variant == "ort-fp32" && r.Parameters["Threads"] == "1" ? r with { Contamination = contaminated } : r));

        var page = Reports.Markdown(model);
        Assert.Matches(@"`ort-fp32`: best with \*\*[^*]+\*\*, [^*]*\\\* over 1 thread", page);
        Assert.Contains("compared with a contaminated run, which decides nothing: steal time 9 %", page);
        Assert.All(model.Cases.Where(c => c.Run.Variant == "ort-fp32" && c != c.Baseline), c => Assert.StartsWith("undecided", Cells.Verdict(c).Text[0].Text));
    }

    static Table TableOf(ReportModel model, string suite) =>
        SuitesSection.Create(model).Blocks.OfType<Table>().Single(t => t.Caption.EndsWith($" {suite}", StringComparison.Ordinal));
}
