namespace DetrPerfLab.Tests.Report;

public class TrustTests
{
    [Fact]
    public void Audit_CheckedAndFreshRuns_AreSaidToBeOthers()
    {
        var text = Reports.Markdown(Reports.Model(Audited("a", fresh: 4), Audited("b", fresh: 3)));

        Assert.Contains("the outputs of 12 timed operations were compared", text);
        Assert.Contains("7 timed operations ran on unseen inputs", text);
        Assert.Contains("which rules out a cache in all cases.", text);
        Assert.DoesNotContain("run again", text);
    }

    [Fact]
    public void Audit_FollowedAndReplayed_SaysHowMany()
    {
        var text = Reports.Markdown(Reports.Model(
            Audited("a", fresh: 4, audit => audit with { Replayed = 2, Response = 0.98 }), Audited("b", fresh: 3, audit => audit with { Replayed = 1 })));

        Assert.Contains("In 1 case the first unseen input also had to follow the reference. 3 of them were run again after the samples and had to give the same outputs.", text);
    }

    [Fact]
    public void Audit_None_GivesItsReason()
    {
        var text = Reports.Html(Reports.Model(FakeResults.Engine[1] with { Audit = null, AuditGap = "the workers are processes of their own" }));

        Assert.Contains("the workers are processes of their own", text);
    }

    [Fact]
    public void Audit_FewFreshRuns_SaysThatACacheCouldNotBeExcluded()
    {
        var text = Reports.Markdown(Reports.Model(Audited("a", fresh: 4), Audited("b", fresh: 2)));

        Assert.Contains("1 case with fewer is marked", text);
        Assert.Contains("2 cases with fewer are marked", Reports.Markdown(Reports.Model(Audited("a", fresh: 2), Audited("b", fresh: 2))));
        Assert.Contains("fewer than 3 unseen inputs: a cache is not ruled out", Reports.Html(Reports.Model(Audited("a", fresh: 4), Audited("b", fresh: 2))));
    }

    // 0.6 µs beside 10 µs is 6 %; a sample of 200 such operations lasts 2 ms, and the clock is read once: 0.030 %.
    [Theory]
    [InlineData(1, "at most 6.000 % of any sample")]
    [InlineData(200, "at most 0.030 % of any sample")]
    public void HarnessCost_ManyOperationsInASample_IsHeldAgainstTheSample(int operations, string expected)
    {
        var quick = FakeResults.Engine[0] with { SamplesMs = [.. Enumerable.Repeat(0.01, 10)], OperationsPerSample = operations };

        Assert.Contains(expected, Reports.Markdown(Reports.Model(quick)));
    }

    [Fact]
    public void Cold_AllThreeFigures_StandApart()
    {
        var cold = FakeResults.Engine[1] with { Cold = new() { ProcessToFirstMs = 4538, LoadMs = 792, FirstMs = 3517 } };

        Assert.Contains("to its first detections, measured once: torch-fp32 4.54 s.", Reports.Markdown(Reports.Model(cold)));
        Assert.Contains("<td>4538</td><td>792</td><td>3517</td>", Reports.Html(Reports.Model(cold)));
    }

    [Fact]
    public void Commands_ResultsOfBench_NameTheVerbAndItsChoices()
    {
        var plain = FakeResults.Engine[1] with
        {
            Id = "Bench.Forward(Variant: torch-fp32)",
            Suite = "Bench",
            SamplesMs = [1, 2, 3],
            Interleaving = new("run", 1, ["torch-fp32", "ort-fp32"], [0, 1, 0]),
        };
        var small = plain with
        {
            Id = "Bench.Forward(Variant: torch-fp32, Size: 512x682, Threads: 2)",
            Parameters = new Dictionary<string, string> { ["Size"] = "512x682", ["Threads"] = "2", ["Model"] = "a'; rm b" },
        };

        Assert.Equal(
            [
                "./detrlab bench --variants torch-fp32,ort-fp32 --rounds 3",
                "./detrlab bench --variants torch-fp32,ort-fp32 --model armb --size 512 --threads 2 --rounds 3",
                "./detrlab bench --variants torch-fp32,ort-fp32 --size 512 --threads 2 --rounds 3 --model './my; rm models/a.onnx'",
                "./run-all.sh --filter '*EngineBenchmarks*'",
                "./run-all.sh --filter '*EngineBenchmarks*' --quick --model mine.pth",
            ],
            Repeating.Commands(new[]
            {
                plain, small, small with { Options = ["--model", "./my'; rm models/a.onnx"] },
                FakeResults.Engine[0], FakeResults.Engine[0] with { Options = ["--quick", "--model", "mine.pth"] },
            }.Select(r => new CaseView(r))));
    }

    [Fact]
    public void Points_CaseMeasuredAgain_SayWhyAndWhichMeasurementIsKept()
    {
        var again = FakeResults.Engine.Select((r, i) => i == 1 ? r with { Repetition = new(3, 2, ["other processes 50 %, limit 10 %"]) } : r).ToArray();

        Assert.Contains($"measured again by itself, and the cleanest measurement kept, whatever its times: <code>{again[1].Id}</code> (measurement 2 of 3; disturbed at first: other processes 50 %, limit 10 %).", Reports.Html(Reports.Model(again)));
        Assert.DoesNotContain("measured again by itself", Reports.Html(Reports.Model(FakeResults.Engine)));
    }

    static RunResult Audited(string name, int fresh, Func<AuditInfo, AuditInfo>? change = null)
    {
        var audit = new AuditInfo(Checks: 6, BitwiseEqual: 6, FreshInputs: fresh, FreshToUsual: 1) { CachingExcluded = fresh >= AuditInfo.LeastFresh };
        return FakeResults.Engine[1] with { Id = name, Audit = change?.Invoke(audit) ?? audit };
    }
}
