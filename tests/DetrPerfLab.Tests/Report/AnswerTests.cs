namespace DetrPerfLab.Tests.Report;

public class AnswerTests
{
    static Answer Find(Limits limits, params IEnumerable<RunResult> results) => Answer.Find(Reports.Model(results), limits);

    [Fact]
    public void Find_NoLimits_TakesTheFastestThatIsCleanAndAccurate()
    {
        var answer = Find(new(), FakeResults.Precision);

        // ort-int8-static-all is faster but loses 6.8 points; ort-fp32-nchwc was contaminated.
        Assert.Equal("ort-int8-static", answer.Best!.View.Run.Variant);
        Assert.Empty(answer.Ties);
        Assert.Equal(Fit.Fails, answer.Candidates.Single(c => c.View.Run.Variant == "ort-fp32-nchwc").Fit);
    }

    [Fact]
    public void Find_IntervalHoldsTheApLimit_PrefersWhatSurelyMeetsIt()
    {
        var answer = Find(new() { MaxApLoss = 0.5 }, FakeResults.Precision); // int8-static: -0.3 [-0.75, +0.15]

        Assert.Equal(Fit.Undecided, answer.Candidates.Single(c => c.View.Run.Variant == "ort-int8-static").Fit);
        Assert.Equal(Fit.Meets, answer.Best!.Fit);
        Assert.NotEqual("ort-int8-static", answer.Best.View.Run.Variant);
    }

    [Fact]
    public void Find_MemoryLimit_LeavesOutLargerOnes()
    {
        var answer = Find(new() { MaxMemoryBytes = 500 << 20 }, FakeResults.Precision);

        Assert.Equal(["ort-int8-static"], answer.Candidates.Where(c => c.Fit == Fit.Meets).Select(c => c.View.Run.Variant));
    }

    [Fact]
    public void Find_LatencyNobodyReaches_RecommendsNothing()
    {
        var model = Reports.Model(FakeResults.Precision);
        var limits = new Limits { MaxLatencyMs = 1 };

        Assert.Null(Answer.Find(model, limits).Best);
        Assert.Contains("nothing can be recommended", Reports.Markdown(model, limits));
    }

    [Fact]
    public void Find_OverlappingIntervals_IsUndecidedBetweenBoth()
    {
        var one = FakeResults.Precision.Single(r => r.Variant == "ort-int8-static");
        var twin = one with { Id = "PrecisionBenchmarks.Forward(Variant: ort-twin)", Variant = "ort-twin", SamplesMs = [.. one.SamplesMs.Reverse().Select(s => s * 1.0001)] };
        var results = FakeResults.Precision.Append(twin);

        Assert.Equal("ort-twin", Assert.Single(Find(new(), results).Ties).View.Run.Variant);
        Assert.Contains("it is **undecided** between **ort-int8-static** and **ort-twin**", Reports.Markdown(Reports.Model(results)));
    }

    [Fact]
    public void Judge_ApLimitButNoAp_IsUndecided()
    {
        var blind = FakeResults.Engine.Single(r => r.Variant == "ort-fp32");

        var judged = Answer.Judge(new CaseView(blind), new() { MaxApLoss = 0.5 });

        Assert.Equal(Fit.Undecided, judged.Fit);
        Assert.Equal(["its accuracy was not measured"], judged.Reasons);
    }

    [Fact]
    public void Judge_ManyClassesChangedAndNoAp_Fails()
    {
        var wrong = FakeResults.Engine.Single(r => r.Variant == "ort-fp32") with
        {
            Agreement = new() { Reference = "torch-fp32", LogitsMaxAbs = 9, BoxesMaxAbs = 0.5, ClassChangedShare = 0.3 },
        };

        Assert.Equal(Fit.Fails, Answer.Judge(new CaseView(wrong), new()).Fit);
    }
}
