namespace DetrPerfLab.Tests.Report;

/// <summary>Missing, odd and damaged results give a report that says so.</summary>
public class ReportFolderTests
{
    [Fact]
    public void Load_DamagedSuite_KeepsTheOthersAndSaysSo()
    {
        using var folder = new TempFolder();
        FakeResults.Write(folder.Path);
        File.WriteAllText(SuiteFile(folder, "Thread"), "[ { \"schema\": 1, \"id\": ");

        var page = Reports.Markdown(ReportFolder.Load(folder.Path));

        Assert.Contains("> [!WARNING]\n> Left out: 'Thread.json' is no result file", page);
        Assert.Contains("use **ort-int8-static**", page);
        Assert.Contains("thread scaling: no variant was measured with two thread counts", page);
        Assert.DoesNotContain(folder.Path, page);
    }

    [Fact]
    public void Load_NewerSchema_KeepsTheOthersAndSaysSo()
    {
        using var folder = new TempFolder();
        FakeResults.Write(folder.Path);
        var file = SuiteFile(folder, "Stacked");
        File.WriteAllText(file, File.ReadAllText(file).Replace("\"schema\": 1", "\"schema\": 99"));

        Assert.Contains("has schema 99", Assert.Single(ReportFolder.Load(folder.Path).Problems));
    }

    [Fact]
    public void Load_NoMachineFile_ReportsAnUnknownMachine()
    {
        using var folder = new TempFolder();
        FakeResults.Write(folder.Path);
        File.Delete(SuiteFile(folder, "machine"));

        var page = Reports.Markdown(ReportFolder.Load(folder.Path));

        Assert.Contains("machine.json is missing or damaged", page);
        Assert.Contains("unknown machine", page);
    }

    [Fact]
    public void Load_NothingReadable_IsBadInputWithTheReasons()
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder.File("m"));
        File.WriteAllText(folder.File("m/Precision.json"), "oops");

        var mistake = Assert.Throws<LabException>(() => ReportFolder.Load(folder.Path));

        Assert.Equal(ExitCode.BadInput, mistake.ExitCode);
        Assert.Contains("Precision.json", mistake.Message);
    }

    [Fact]
    public void Load_UnknownMachine_ListsTheKnownOnes()
    {
        using var folder = new TempFolder();
        FakeResults.Write(folder.Path);

        Assert.Contains("fake-cpu-9000", Assert.Throws<LabException>(() => ReportFolder.Load(folder.Path, "arm")).Message);
        Assert.NotEmpty(ReportFolder.Load(folder.Path, "fake-cpu").Cases);
    }

    [Fact]
    public void Load_ResultsOfTheFirstSchema_StayReadable()
    {
        var model = ReportFolder.Load(Path.Combine(TestPaths.Fixtures, "report", "schema-1"));

        Assert.Empty(model.Problems);
        Assert.Equal(["torch-naive", "torch-fp32", "torchscript-fp32", "ort-fp32"], model.Cases.Select(c => c.Run.Variant));
        Assert.Equal(2.63, model.Cases[^1].SpeedUp!.Value.Value, 0.05);
    }

    [Fact]
    public void Report_OneSample_HasAMedianButNoIntervalAndNoVerdict()
    {
        var page = Reports.Markdown(Reports.Model(FakeResults.Precision.Select(r => r with { SamplesMs = [.. r.SamplesMs.Take(1)] })));

        Assert.Contains("1 sample: an interval needs 6", page);
        Assert.DoesNotContain("p90", page); // a column that holds nothing goes without a word
        Assert.DoesNotContain("NaN", page);
        Assert.Contains("undecided", page);
    }

    [Fact]
    public void Report_NoAccuracy_SaysSoAndDrawsNoFalseFront()
    {
        var page = Reports.Markdown(Reports.Model(FakeResults.Engine.Select(r => r with { Agreement = null })));

        Assert.Contains("its outputs were not compared with the reference", page);
        Assert.Contains("accuracy against latency: no accuracy was measured for two variants", page);
    }

    [Fact]
    public void Report_OnlyAnotherSuite_StillShowsItsCases()
    {
        var page = Reports.Markdown(Reports.Model(FakeResults.Chunking));

        Assert.Contains("no suite that compares variants has results", page);
        Assert.Contains("### Chunking", page);
    }

    static string SuiteFile(TempFolder folder, string suite) => Path.Combine(Directory.GetDirectories(folder.Path).Single(), $"{suite}.json");
}
