using DetrPerfLab.Report;

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
}
