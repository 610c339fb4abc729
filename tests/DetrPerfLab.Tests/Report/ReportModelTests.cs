namespace DetrPerfLab.Tests.Report;

public class ReportModelTests
{
    [Fact]
    public void Effects_BenchAtTwoSizes_TakesThePlainOne()
    {
        var plain = FakeResults.Engine.First(r => r.Variant == "ort-fp32") with { Id = "Bench.Forward(Variant: ort-fp32)", Suite = "Bench" };
        var sized = plain with { Id = "Bench.Forward(Variant: ort-fp32, Size: 512x682)", Parameters = new Dictionary<string, string> { ["Size"] = "512x682" } };

        var effects = new ReportModel(FakeResults.Machine, [sized, plain], []).Effects;

        Assert.Equal(plain.Id, Assert.Single(effects).Run.Id);
    }

    [Fact]
    public void Caption_RowsOfTwoCommits_NamesBothNewestFirst()
    {
        var older = FakeResults.Engine[0] with { Commit = "1111111111aa" };
        var newer = FakeResults.Engine[1] with { Commit = "2222222222bb", Started = older.Started.AddDays(1) };

        Assert.EndsWith(" · commits 2222222222, 1111111111", Reports.Model(older, newer).Caption);
        Assert.EndsWith(" · commit 1111111111", Reports.Model(older).Caption);
    }

    [Fact]
    public void ParetoChart_EngineStepsBesidePrecisions_ShowsThePrecisionsOnly()
    {
        var step = FakeResults.Engine.First(r => r.SamplesMs.Count > 0) with { Variant = "ort-fp32-basic", CocoAp = 0.42, SamplesMs = [.. Enumerable.Repeat(0.5, 20)] };

        Assert.DoesNotContain("ort-fp32-basic", ParetoChart.Create(Reports.Model([step, .. FakeResults.Precision])).Chart!.Alt);
        Assert.Contains("ort-fp32-basic", ParetoChart.Create(Reports.Model(step, step with { Variant = "ort-fp32-other", Id = "other", SamplesMs = [.. Enumerable.Repeat(0.7, 20)] })).Chart!.Alt);
    }
}
