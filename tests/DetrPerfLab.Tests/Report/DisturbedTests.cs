namespace DetrPerfLab.Tests.Report;

public class DisturbedTests
{
    static readonly ContaminationInfo s_contaminated = new(ContaminationVerdict.Contaminated, ["steal time 9 %, limit 2 %"]);

    static IEnumerable<RunResult> Contaminated(IEnumerable<RunResult> results, Func<RunResult, bool> which) =>
        results.Select(r => which(r) ? r with { Contamination = s_contaminated } : r);

    [Fact]
    public void ThreadChart_BaseIsContaminated_LeavesOutWhatWouldCountFromIt()
    {
        var chart = ThreadChart.Create(Reports.Model(Contaminated(FakeResults.Threads, r => r.Variant == "ort-fp32" && r.Parameters["Threads"] == "1"))).Chart!;

        Assert.DoesNotMatch(@"ort-fp32 \d", chart.Alt);
        Assert.Contains("torch-fp32 1.00×", chart.Alt);
        Assert.EndsWith("Left out, as what it counts from was contaminated: ort-fp32, threads 1.", chart.Alt);
    }

    [Fact]
    public void SpeedUpChart_BaselineIsContaminated_CountsFromAClean()
    {
        var model = Reports.Model(Contaminated(FakeResults.Engine, r => r.Variant == "torch-fp32"));
        var chart = SpeedUpChart.Create(model, Answer.Find(model, new())).Chart!;

        Assert.Contains("Speed-up over torch-naive: torch-naive 1.00×", chart.Alt);
        Assert.Matches(@"torch-fp32 1\.8\d×\*", chart.Alt);
    }

    [Theory]
    [InlineData(8)] // the fastest
    [InlineData(1)] // what is counted from
    public void Threads_ContaminatedSetting_NeitherWinsNorIsCountedFrom(int threads)
    {
        var page = Reports.Markdown(Reports.Model(Contaminated(FakeResults.Threads, r => r.Variant == "torch-fp32" && r.Parameters["Threads"] == $"{threads}")));

        var sentence = page.Split('\n').Single(l => l.StartsWith("- `torch-fp32`: "));
        Assert.DoesNotContain($"with **{threads} thread", sentence);
        Assert.DoesNotContain($"over {threads} thread", sentence);
        Assert.Contains($"contaminated, so not counted: {threads} thread", sentence);
    }

    [Fact]
    public void Threads_OnlyOneCleanSetting_IsUndecided() => Assert.Contains(
        "`torch-fp32`: which setting is best is undecided: only 16 threads was measured in a clean run.",
        Reports.Markdown(Reports.Model(Contaminated(FakeResults.Threads, r => r.Variant == "torch-fp32" && r.Parameters["Threads"] != "16"))));

    [Fact]
    public void Factorial_ContaminatedCombination_LeavesTheEffectsOut() => Assert.Contains(
        "every effect would rest on contaminated runs (torch-fp32, size 800, threads 1)",
        Reports.Markdown(Reports.Model(Contaminated(FakeResults.Factorials, r => r.Variant == "torch-fp32" && r.Parameters["Size"] == "800" && r.Parameters["Threads"] == "1"))));

    [Fact]
    public void Markdown_ManyContaminatedRows_SayItOnce()
    {
        var page = Reports.Markdown(Reports.Model(Contaminated(FakeResults.All, r => r.Suite is "Batch" or "Memory")));

        Assert.Single(System.Text.RegularExpressions.Regex.Matches(page, "shown, but it decides nothing"));
    }

    [Theory]
    [InlineData("Resolution")]
    [InlineData("Chunking")]
    [InlineData("GcMode")]
    [InlineData("Stacked")]
    [InlineData("Precision")] // distribution and accuracy
    public void Charts_ContaminatedCase_SayWhich(string suite)
    {
        // What others are counted from would take the whole chart with it.
        var first = FakeResults.All.Where(r => r.Suite == suite && r.SamplesMs.Count > 0).Skip(1).First();
        var model = Reports.Model(Contaminated(FakeResults.All.Where(r => r.Suite == suite && r.Variant != "ort-fp32-nchwc"), r => r.Id == first.Id));

        var said = ReportContent.Create(model, new(), Answer.Find(model, new()), comparison: null, withCharts: true).Sections
            .Single(s => s.Id == "charts").Blocks.OfType<Figure>().Where(f => f.Chart.Name is not ("modules" or "peak-share")).ToArray();

        Assert.NotEmpty(said);
        Assert.All(said, f => Assert.Contains($"Measured in contaminated runs: {first.Variant}", f.Chart.Alt));
    }
}
