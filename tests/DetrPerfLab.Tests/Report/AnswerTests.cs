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
    public void Find_TimesThatCannotBeToldApart_TakesWhatLosesLeastAndSaysSo()
    {
        var one = FakeResults.Precision.Single(r => r.Variant == "ort-int8-static");
        // A little faster and a little worse: the times decide nothing, so accuracy does.
        var twin = one with
        {
            Id = "PrecisionBenchmarks.Forward(Variant: ort-twin)",
            Variant = "ort-twin",
            SamplesMs = [.. one.SamplesMs.Reverse().Select(s => s * 0.9999)],
            CocoApDifference = new(-0.004, -0.0075, 0.0015, 0.95),
        };
        var results = FakeResults.Precision.Append(twin);

        var answer = Find(new(), results);

        Assert.Equal("ort-int8-static", answer.Best!.View.Run.Variant);
        Assert.Equal("ort-twin", Assert.Single(answer.Ties).View.Run.Variant);
        Assert.Contains("it is **undecided** which is the fastest of **ort-int8-static** and **ort-twin** (their times cannot be told apart); of these use **ort-int8-static**, which loses least", Reports.Markdown(Reports.Model(results)));
    }

    /// <summary>Where the weights are synthetic, AP of the trained miniature in the same variant decides, and whose it is stands beside each figure.</summary>
    [Fact]
    public void Find_OnlyAStandInIsTrained_DecidesByItsApAndSaysWhose()
    {
        var standIns = FakeResults.Precision.Select(r => r with
        {
            CocoAp = null,
            CocoApDifference = null,
            StandIn = r.CocoAp is { } ap ? new("detr-mini", 500, ap + 0.2, r.CocoApDifference, "torch-fp32") : null,
        }).ToArray();

        var answer = Find(new(), standIns);
        Assert.Equal(Find(new(), FakeResults.Precision).Best!.View.Run.Variant, answer.Best!.View.Run.Variant);
        // Images of its own would still say more.
        Assert.True(Find(new() { MaxApLoss = 0.1 }, standIns).Candidates.Single(c => c.View.Run.Variant == "ort-int8-static").LacksAccuracy);

        var text = Reports.Markdown(Reports.Model(standIns)).Replace("\\", "");
        Assert.Matches(@"use \*\*ort-int8-static\*\*: \d\.\d+× \[[^]]+\] as fast as torch-fp32, AP difference of detr-mini −0\.3 \[", text);
        Assert.Contains("AP is that of detr-mini, a small DETR that the lab has trained, in the same variant on 500 drawn scenes that it never learnt from; its reference is `torch-fp32`.", text);
        Assert.Contains("AP difference of detr-mini, points", text);
        // What was measured of the weights themselves comes first.
        Assert.DoesNotContain("detr-mini", Reports.Markdown(Reports.Model(FakeResults.Precision.Select(r => r with { StandIn = r.CocoAp is null ? null : new("detr-mini", 500, 0.9, r.CocoApDifference, "torch-fp32") }))));
    }

    [Fact]
    public void Find_ThreePicks_GoFromExactToFast()
    {
        var answer = Find(new(), FakeResults.Precision);

        Assert.Equal("ort-fp32", answer.Safest!.Choice.View.Run.Variant);
        Assert.Equal("ort-int8-static", answer.Balanced!.Choice.View.Run.Variant); // 0.3 points are under half of 1.0
        Assert.Equal("ort-int8-static", answer.Fastest!.Choice.View.Run.Variant);
        // Half of 0.5 points is less than int8-static loses: of the others FP32 is the fastest.
        Assert.Equal("ort-fp32", Find(new() { MaxApLoss = 0.5 }, FakeResults.Precision).Balanced!.Choice.View.Run.Variant);
    }

    [Fact]
    public void Find_ContaminatedBaseline_CountsFromTheFirstCleanVariantAndDividesByNoOther()
    {
        var answer = Find(new(), Contaminated("torch-fp32"));

        Assert.All(answer.Candidates.Where(c => c.View.SpeedUp is not null), c => Assert.Equal("torch-bf16", c.View.Baseline!.Run.Variant));
        Assert.Contains("as fast as torch-bf16", Reports.Markdown(Reports.Model(Contaminated("torch-fp32"))));
    }

    [Fact]
    public void Find_ContaminatedFastest_NeverWins() => Assert.NotEqual("ort-int8-static", Find(new(), Contaminated("ort-int8-static")).Best!.View.Run.Variant);

    static IEnumerable<RunResult> Contaminated(string variant) =>
        FakeResults.Precision.Select(r => r.Variant == variant ? r with { Contamination = new(ContaminationVerdict.Contaminated, ["steal time 9 %"]) } : r);

    [Fact]
    public void Find_OwnModelWithoutEagerVariant_HasSpeedUpsVerdictsAndAnAnswer()
    {
        // Turns in the order that was asked for, which is not that of names.
        RunResult[] own = [Own("ort-int8-static", 40), Own("ort-fp32", 100)];

        var model = Reports.Model(own);
        var answer = Answer.Find(model, new());

        Assert.Equal("ort-fp32", model.Baseline!.Run.Variant);
        Assert.Equal("ort-int8-static", answer.Best!.View.Run.Variant);
        Assert.InRange(answer.Best.View.SpeedUp!.Value.Value, 2.4, 2.6);
        Assert.Contains("for my.onnx, use **ort-int8-static**: 2.5", Reports.Markdown(model));
        Assert.Equal("ort-int8-static", new ReportModel(FakeResults.Machine, own, [], baseline: "ort-int8-static").Baseline!.Run.Variant);
    }

    static RunResult Own(string variant, double ms) => FakeResults.Engine[3] with
    {
        Id = $"Bench.Forward(Variant: {variant}, Model: my.onnx)",
        Suite = "Bench",
        Variant = variant,
        Parameters = new Dictionary<string, string> { ["Model"] = "my.onnx" },
        Options = ["--model", "./my.onnx"],
        SamplesMs = [.. Enumerable.Range(0, 20).Select(i => ms * (1 + (0.001 * (37 * i % 20))))],
        Interleaving = new("run", 1, ["ort-fp32", "ort-int8-static"], [.. Enumerable.Repeat(0, 20)]),
    };

    [Fact]
    public void Baseline_OfAnUnknownName_IsBadInputThatNamesWhatWasMeasured()
    {
        var mistake = Assert.Throws<LabException>(() => new ReportModel(FakeResults.Machine, FakeResults.Engine, [], baseline: "ort-fp31"));

        Assert.Contains("ort-fp32", mistake.Message);
    }

    [Fact]
    public void Find_TwoSuites_NeverMixesTheirFigures()
    {
        var answer = Find(new(), [.. FakeResults.Engine, .. FakeResults.Precision]);

        Assert.Equal("Precision", Assert.Single(answer.Candidates.Select(c => c.View.Run.Suite).Distinct()));
        Assert.DoesNotContain("naive port", Reports.Markdown(Reports.Model([.. FakeResults.Engine, .. FakeResults.Precision])).Split("## Charts")[0]);
    }

    [Fact]
    public void Find_TwoRunsOfBench_ComparesWithinOneOnly()
    {
        var later = Own("ort-int8-static", 40) with { Interleaving = new("another", 1, ["ort-int8-static"], [.. Enumerable.Repeat(0, 20)]) };

        Assert.All(Reports.Model(Own("ort-fp32", 100), later).Cases, c => Assert.Null(c.SpeedUp));
    }

    [Theory]
    [InlineData(0.75, "Meets")] // int8-static: -0.3 [-0.75, +0.15]
    [InlineData(0.74, "Undecided")]
    public void Judge_LossEqualToTheLimit_IsWithinIt(double limit, string expected) =>
        Assert.Equal(expected, Candidate.Judge(new CaseView(FakeResults.Precision.Single(r => r.Variant == "ort-int8-static")), new() { MaxApLoss = limit }).Fit.ToString());

    [Fact]
    public void Judge_MemoryLatencyAndClassesEqualToTheirLimits_AreWithinThem()
    {
        var view = new CaseView(FakeResults.Engine[3] with { Variant = "ort-int8-static", Agreement = new() { Reference = "torch-fp32", LogitsMaxAbs = 1, ClassChangedShare = 0.02 } });

        Assert.Equal(Fit.Meets, Candidate.Judge(view, new() { MaxMemoryBytes = view.Run.Memory!.PeakRssBytes, MaxLatencyMs = view.Median!.Value.Upper }).Fit);
    }

    [Fact]
    public void Judge_ApLimitButNoAp_IsUndecidedAndNamesTheCommandThatSettlesIt()
    {
        var blind = FakeResults.Precision.Select(r => r with { CocoAp = null, CocoApDifference = null }).ToArray();

        var judged = Candidate.Judge(new CaseView(blind.Single(r => r.Variant == "ort-int8-static")), new() { MaxApLoss = 0.5 });

        Assert.Equal(Fit.Undecided, judged.Fit);
        Assert.Equal(["its accuracy was not measured"], judged.Reasons);
        var page = Reports.Markdown(Reports.Model(blind), new() { MaxApLoss = 0.5 });
        Assert.Contains("./detrlab eval --model detr-r50 --coco DIR --variants ort-fp32,", page);
        Assert.Contains("./detrlab optimize --model detr-r50 --coco DIR --out deploy", page);
        Assert.Contains("at most **0.5 points** (`--max-ap-loss`)", page);
    }

    [Fact]
    public void Judge_ManyClassesChangedAndNoAp_Fails()
    {
        var wrong = FakeResults.Engine.Single(r => r.Variant == "ort-fp32") with
        {
            Agreement = new() { Reference = "torch-fp32", LogitsMaxAbs = 9, BoxesMaxAbs = 0.5, ClassChangedShare = 0.3 },
        };

        var judged = Candidate.Judge(new CaseView(wrong), new());

        Assert.Equal(Fit.Fails, judged.Fit);
        Assert.Contains("limit 2.0 % without a measured accuracy (--max-class-changes)", Assert.Single(judged.Reasons));
        Assert.Equal(Fit.Meets, Candidate.Judge(new CaseView(wrong), new() { MaxClassChanges = 0.3 }).Fit);
    }
}
