namespace DetrPerfLab.Tests.Report;

public class HistoryModelTests
{
    static readonly MachineInfo s_other = FakeResults.Machine with { Runtime = ".NET 10.0.1" };

    [Fact]
    public void Of_MachineThatChanged_IsABreakAndNoChange()
    {
        var model = HistoryRuns.Model(Enumerable.Range(0, 10).Select(n => HistoryRuns.Run(n, n < 5 ? 400 : 600, machine: n < 5 ? s_other : null)));

        var found = Assert.Single(model.Cases);
        Assert.Equal(FakeResults.Machine.Fingerprint, model.Machine);
        Assert.Equal(5, found.Points.Count);
        Assert.Empty(found.Changes);
        Assert.Equal($"fake-8c-{s_other.Fingerprint}", Assert.Single(model.Breaks).From);
        Assert.Contains(HistoryRuns.Lines(model), l => l.StartsWith("machine changed 2001-02-03: from fake-8c-"));
        Assert.Equal([-0.5], new HistoryColumns(found.Points, model.Breaks).Breaks);
    }

    [Fact]
    public void Of_MachineNamed_TakesIt()
    {
        var stored = HistoryRuns.Stored(Enumerable.Range(0, 6).Select(n => HistoryRuns.Run(n, 400, machine: n < 4 ? s_other : null)));

        Assert.Equal(4, Assert.Single(HistoryModel.Of(stored, s_other.Fingerprint[..8], null).Cases).Points.Count);
        Assert.Contains("Unknown machine 'arm'", Assert.Throws<LabException>(() => HistoryModel.Of(stored, "arm", null)).Message);
    }

    [Fact]
    public void Of_ContaminatedRuns_AreShownAndDecideNothing()
    {
        var model = HistoryRuns.Model(Enumerable.Range(0, 8).Select(n => n < 5 ? HistoryRuns.Run(n, 400) : HistoryRuns.Run(n, 600).Contaminated()));

        var found = Assert.Single(model.Cases);
        Assert.Empty(found.Changes);
        Assert.Equal((8, 5), (found.Points.Count, found.Trusted.Count));
        Assert.Contains(HistoryRuns.Lines(model), l => l.Contains("  5 of 8  "));
    }

    [Fact]
    public void Of_GapsAndFewSamples_DecideNothing()
    {
        var model = HistoryRuns.Model([
            .. Enumerable.Range(0, 4).Select(n => HistoryRuns.Run(n, 400)), HistoryRuns.Run(4, 900, samples: 5), HistoryRuns.Run(5, 1, samples: 0) with { Gap = "the engine failed" }]);

        var found = Assert.Single(model.Cases);
        Assert.Empty(found.Changes);
        Assert.Equal(["5 samples: an interval needs 6", "the engine failed"], found.Points.Select(p => p.Doubt).OfType<string>());
    }

    [Fact]
    public void Of_SameCommitTwice_IsNotOfTheCode()
    {
        RunResult[] runs = [.. Enumerable.Range(0, 6).Select(n => HistoryRuns.Run(n, n < 3 ? 400 : 500) with { Commit = HistoryRuns.Commit(n < 2 ? n : n < 4 ? 2 : n) })];

        Assert.Contains(HistoryRuns.Lines(HistoryRuns.Model(runs)), l => l.Contains("+25 % between two runs of 0000002: not of the code"));
    }

    [Fact]
    public void Of_OtherModel_IsAnotherCase()
    {
        RunResult[] runs = [.. Enumerable.Range(0, 4).Select(n => HistoryRuns.Run(n, 400)), .. Enumerable.Range(4, 4).Select(n => HistoryRuns.Run(n, 900) with { Options = ["--quick", "--model", "mine.onnx"] })];

        var cases = HistoryRuns.Model(runs).Cases;

        Assert.Equal([HistoryRuns.Id, $"{HistoryRuns.Id} --model mine.onnx"], cases.Select(c => c.Name));
        Assert.All(cases, c => Assert.Empty(c.Changes));
    }

    [Fact]
    public void Of_Pattern_ChoosesByIdAndNamesAnExample()
    {
        var stored = HistoryRuns.Stored(HistoryRuns.Run(0, 1), HistoryRuns.Run(0, 1, "ThreadBenchmarks.Forward(Variant: ort-fp32, Threads: 1)"));

        Assert.Equal("Thread", Assert.Single(HistoryModel.Of(stored, null, "*threads: ?)").Cases).Suite);
        Assert.StartsWith("No id of 2 results matches --case 'nothing'. Put * around", Assert.Throws<LabException>(() => HistoryModel.Of(stored, null, "nothing")).Message);
    }

    [Fact]
    public void Of_OneRun_SaysThatThereIsNothingToCompare() =>
        Assert.Equal("No case has two runs that decide: there is nothing to compare yet.", HistoryRuns.Lines(HistoryRuns.Model(HistoryRuns.Run(0, 400)))[^1]);

    [Fact]
    public void Of_Pattern_LeavesTheLimitAsItIs()
    {
        var stored = HistoryRuns.Stored(Enumerable.Range(0, 6).SelectMany(n => new[] { HistoryRuns.Run(n, 400), HistoryRuns.Run(n, n % 2 == 0 ? 100 : 120, "PrecisionBenchmarks.Forward(Variant: b)") }));

        Assert.Equal(HistoryModel.Of(stored, null, null).Cases[^1].Limit, Assert.Single(HistoryModel.Of(stored, null, "*ort*").Cases).Limit);
    }

    [Fact]
    public void Columns_CasesOfOneCommit_StandAboveEachOther()
    {
        string[] ids = [HistoryRuns.Id, "PrecisionBenchmarks.Forward(Variant: ort-fp16)"];
        var points = Enumerable.Range(0, 9).SelectMany(n => ids.Select(id => new HistoryPoint(HistoryRuns.Run(n, 400, id)))).ToList();
        var columns = new HistoryColumns(points, []);

        Assert.Equal(9, columns.Count);
        Assert.Equal(columns[points[0]], columns[points[1]]);
        Assert.Equal([0.0, 2, 4, 6, 8], columns.Ticks(5).Select(t => t.Position));
    }

    [Fact]
    public void Create_Chart_SaysTheChangeInItsTitle()
    {
        var model = HistoryRuns.Model(Enumerable.Range(0, 8).Select(n => HistoryRuns.Run(n, n < 5 ? 448 : 400)));

        Assert.StartsWith("Precision: ort-fp32 takes 11 % less since 0000005. ort-fp32 4", Assert.Single(HistoryChart.Create(model, model.Cases)).Alt);
        Assert.Empty(HistoryChart.Create(HistoryRuns.Model(HistoryRuns.Run(0, 1)), HistoryRuns.Model(HistoryRuns.Run(0, 1)).Cases));
    }

    [Fact]
    public void Create_SuiteOfAStrangersFile_NamesNoOtherFolder()
    {
        var model = HistoryRuns.Model(Enumerable.Range(0, 3).Select(n => HistoryRuns.Run(n, 400) with { Suite = "../../Evil" }));

        Assert.Equal("history-------evil", Assert.Single(HistoryChart.Create(model, model.Cases)).Name);
    }
}
