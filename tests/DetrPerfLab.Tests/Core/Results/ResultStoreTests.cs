namespace DetrPerfLab.Tests.Core;

public class ResultStoreTests
{
    static readonly MachineInfo s_machine = new() { CpuModel = "AMD EPYC(TM) 9xx4 / \"Zen\"", Cores = 2, Os = "Linux", Runtime = ".NET" };

    [Fact]
    public void FolderOf_AnyProcessorName_IsSafeAndNamesTheFingerprint()
    {
        Assert.Equal($"amd-epyc-tm-9xx4-zen-2c-{s_machine.Fingerprint}", Path.GetFileName(new ResultStore("r").FolderOf(s_machine)));
        Assert.StartsWith("cpu-2c-", Path.GetFileName(new ResultStore("r").FolderOf(s_machine with { CpuModel = "../.." })));
    }

    [Fact]
    public void Merge_SameIdAgain_ReplacesAndKeepsOrder()
    {
        using var folder = new TempFolder();
        var store = new ResultStore(folder.Path);

        store.Merge(s_machine, "Precision", Result("a", 1), Result("b", 2));
        store.Merge(s_machine, "Precision", Result("c", 3), Result("a", 4));
        store.Merge(s_machine, "Engine", Result("d", 5));

        var set = ResultStore.Read(Assert.Single(Directory.GetDirectories(folder.Path)));
        Assert.Equal(["d 5", "a 4", "b 2", "c 3"], set.Results.Select(r => $"{r.Id} {r.SamplesMs[0]}"));
        Assert.Equal(s_machine.Fingerprint, set.Machine.Fingerprint);
    }

    [Fact]
    public void Merge_ManyAtOnce_LosesNone()
    {
        using var folder = new TempFolder();
        var store = new ResultStore(folder.Path);

        // Threads of their own: the wait is for a named mutex, as another process would wait.
        var writers = Enumerable.Range(0, 8).Select(i => new Thread(() => store.Merge(s_machine, "Precision", Result($"r{i}", 1)))).ToList();
        writers.ForEach(w => w.Start());
        writers.ForEach(w => w.Join());

        Assert.Equal(8, ResultStore.Read(store.FolderOf(s_machine)).Results.Count);
    }

    [Theory]
    [InlineData("[{\"schema\":2}]", "schema 2, needed 1 to 1")]
    [InlineData("[{\"schema\":0}]", "schema 0")]
    [InlineData("[{\"schema\":\"1\"}]", "no schema number")]
    [InlineData("[{}]", "no schema number")]
    [InlineData("[null]", "no schema number")]
    [InlineData("{\"schema\":1}", "no list")]
    [InlineData("[{\"schema\":1}]", "missing ")]
    [InlineData("[{\"schema\":1", "no result file")]
    [InlineData("", "no result file")]
    [InlineData("""[{"schema":1,"id":"a","suite":"s","variant":"v","started":"2026-01-01T00:00:00Z","commit":"c","machine":"m","samplesMs":null}]""", "no result file")]
    [InlineData("""[{"schema":1,"id":"a","suite":"s","variant":"v","started":"2026-01-01T00:00:00Z","commit":"c","machine":"m","samplesMs":[1e999]}]""", "no time")]
    [InlineData("""[{"schema":1,"id":"a","suite":"s","variant":"v","started":"2026-01-01T00:00:00Z","commit":"c","machine":"m","samplesMs":[1],"parameters":{"Mode":null}}]""", "a list or a parameter holds null")]
    [InlineData("""[{"schema":1,"id":"a","suite":"s","variant":"v","started":"2026-01-01T00:00:00Z","commit":"c","machine":"m","samplesMs":[1],"parameters":{},"findings":[null]}]""", "a list or a parameter holds null")]
    public void Merge_DamagedFileBefore_SaysSoAndLeavesIt(string content, string needed)
    {
        using var folder = new TempFolder();
        var store = new ResultStore(folder.Path);
        var path = Path.Combine(store.FolderOf(s_machine), "Precision.json");
        AtomicFile.WriteText(path, content);

        var error = Assert.Throws<LabException>(() => store.Merge(s_machine, "Precision", Result("a", 1)));

        Assert.Equal(ExitCode.BadInput, error.ExitCode);
        Assert.Contains(needed, error.Message);
        Assert.Equal(content, File.ReadAllText(path));
    }

    [Theory]
    [InlineData("")]
    [InlineData("../x")]
    [InlineData(".hidden")]
    [InlineData("a/b")]
    public void Merge_UnsafeSuiteName_IsRefused(string suite)
    {
        using var folder = new TempFolder();
        Assert.Throws<LabException>(() => new ResultStore(folder.Path).Merge(s_machine, suite));
    }

    [Fact]
    public void Read_NoMachineFile_SaysWhatToDo()
    {
        using var folder = new TempFolder();
        Assert.Contains("machine.json", Assert.Throws<LabException>(() => ResultStore.Read(folder.Path)).Message);
    }

    [Theory]
    [InlineData("workstation", false)]
    [InlineData("workstation again", true)]
    [InlineData("7 first step again", true)]
    public void ReadSuite_RowOfAnEarlierBuild_IsMarkedAsRepeated(string mode, bool repeated)
    {
        using var folder = new TempFolder();
        var path = new ResultStore(folder.Path).Merge(s_machine, "GcMode", Result("a", 1) with { Parameters = new Dictionary<string, string> { ["Mode"] = mode } });

        Assert.DoesNotContain("repeated", File.ReadAllText(path));
        Assert.Equal(repeated, ResultStore.ReadSuite(path)[0].Repeated);
    }

    static RunResult Result(string id, double ms) => new()
    {
        Id = id,
        Suite = "s",
        Variant = "ort-fp32",
        Started = DateTimeOffset.UnixEpoch,
        Commit = "unknown",
        Machine = s_machine.Fingerprint,
        SamplesMs = [ms],
    };
}
