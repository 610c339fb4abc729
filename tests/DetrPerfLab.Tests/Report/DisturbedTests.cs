namespace DetrPerfLab.Tests.Report;

public class DisturbedTests
{
    static readonly ContaminationInfo s_contaminated = new(ContaminationVerdict.Contaminated, ["steal time 9 %, limit 2 %"]);

    static IEnumerable<RunResult> Contaminated(IEnumerable<RunResult> results, Func<RunResult, bool> which) =>
        results.Select(r => which(r) ? r with { Contamination = s_contaminated } : r);

    [Fact]
    public void ThreadChart_BaseIsContaminated_MarksWhatIsCountedFromIt()
    {
        var chart = ThreadChart.Create(Reports.Model(Contaminated(FakeResults.Threads, r => r.Variant == "ort-fp32" && r.Parameters["Threads"] == "1"))).Chart!;

        var parts = chart.Alt.Split("; ");
        Assert.Matches(@"ort-fp32 .* at 2 \(\d+ %\*\)", parts[0]);
        Assert.DoesNotMatch(@"\*\)", parts[1]);
        Assert.EndsWith("Measured in contaminated runs: ort-fp32, threads 1.", chart.Alt);
    }

    [Fact]
    public void SpeedUpChart_BaselineIsContaminated_MarksAllThatAreCountedFromIt()
    {
        var results = Contaminated(FakeResults.Engine, r => r.Variant == "torch-fp32").ToArray();

        Assert.Matches(@"torchscript-fp32 1\.\d\d×\*, ort-fp32 2\.\d\d×\*", SpeedUpChart.Create(Reports.Model(results)).Chart!.Alt);
        Assert.Contains("compared with a contaminated run, which decides nothing: steal time 9 %, limit 2 %", Reports.Markdown(Reports.Model(results)));
    }

    [Fact]
    public void Answer_BaselineIsContaminated_IsUndecided()
    {
        var answer = Answer.Find(Reports.Model(Contaminated(FakeResults.Engine, r => r.Variant == "torch-fp32")), new());

        Assert.Equal(Fit.Undecided, answer.Best!.Fit);
        Assert.Contains("its baseline, the run of torch-fp32, was contaminated", answer.Best.Reasons);
    }

    [Fact]
    public void Factorial_ContaminatedCombination_IsNamed() => Assert.Contains(
        "Every effect below also rests on contaminated runs: torch-fp32, size 800, threads 1.",
        Reports.Markdown(Reports.Model(Contaminated(FakeResults.Factorials, r => r.Variant == "torch-fp32" && r.Parameters["Size"] == "800" && r.Parameters["Threads"] == "1"))));

    [Theory]
    [InlineData("Resolution")]
    [InlineData("Chunking")]
    [InlineData("GcMode")]
    [InlineData("Stacked")]
    [InlineData("Precision")] // distribution and accuracy
    public void Charts_ContaminatedCase_SayWhich(string suite)
    {
        var first = FakeResults.All.First(r => r.Suite == suite && r.SamplesMs.Count > 0);
        var model = Reports.Model(Contaminated(FakeResults.All.Where(r => r.Suite == suite && r.Variant != "ort-fp32-nchwc"), r => r.Id == first.Id));

        var said = ReportContent.Create(model, new(), Answer.Find(model, new()), comparison: null, withCharts: true).Sections
            .Single(s => s.Id == "charts").Blocks.OfType<Figure>().Where(f => f.Chart.Name is not ("modules" or "peak-share")).ToArray();

        Assert.NotEmpty(said);
        Assert.All(said, f => Assert.Contains($"Measured in contaminated runs: {first.Variant}", f.Chart.Alt));
    }
}
