namespace DetrPerfLab.Tests.Report;

public class StackedCheckTests
{
    static string Text(double again, params RunResult[] others)
    {
        RunResult[] steps = [.. FakeResults.Stacked.Where(s => !s.Repeated)];
        var last = steps[0] with
        {
            Id = "StackedBenchmarks.Forward(Variant: torch-naive, Step: 5 first step again)",
            Repeated = true,
            Parameters = new Dictionary<string, string> { ["Step"] = "5 first step again" },
            SamplesMs = [.. steps[0].SamplesMs.Reverse().Select(ms => ms * again)],
        };
        return Reports.Markdown(Reports.Model([.. steps, last, .. others]));
    }

    [Fact]
    public void Create_FirstStepAgainIsTheSame_AgreesWithinTheNoise()
    {
        var text = Text(again: 1);

        Assert.Contains("**The product of the steps** is 1.85× · 2.65× · 2.75× · 1.46× = 19.7×", text);
        Assert.Contains("no drift beyond the noise", text);
    }

    [Fact]
    public void Create_FirstStepAgainIsSlower_TellsTheDriftWithItsInterval()
    {
        var text = Text(again: 1.11);

        Assert.Matches(@"\*\*Measured directly\*\*, from the first step repeated after the last, it is 21\.\d× \\\[2\d\.\d,", text);
        Assert.Matches(@"The repeated first step took 1\.11× \\\[1\.1\d,.1\.1\d\\\] the time of its first run: the machine drifted by this factor", text);
    }

    [Fact]
    public void Create_LastStepNotAccepted_SaysWhyAndHowFarTheAcceptedStepsGo()
    {
        var rejected = FakeResults.Precision.Single(r => r.Variant == "ort-int8-static") with { CocoApDifference = new(-0.03, -0.04, -0.02, 0.95) };
        var accepted = FakeResults.Precision.Single(r => r.Variant == "ort-fp32");
        var baseline = FakeResults.Precision.Single(r => r.Variant == "torch-fp32");

        Assert.Contains("which does not keep to the answer's limits: AP difference −3.0", Text(1, baseline, accepted, rejected));
        Assert.Matches(@"Up to the last step that does \(ONNX Runtime\) the speed-up is 4\.\d\d×", Text(1, baseline, accepted, rejected));
        Assert.Contains("The last step runs ort-int8-static**, which keeps to the answer's limits.", Text(1, [.. FakeResults.Precision]));
        Assert.Contains("the suite of the answer did not measure", Text(1));
    }
}
