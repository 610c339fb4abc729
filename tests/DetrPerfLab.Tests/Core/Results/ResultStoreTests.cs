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

    [Fact]
    public void Merge_Suite_WritesItsTableBesideItAndReadersDoNotSeeIt()
    {
        using var folder = new TempFolder();
        var store = new ResultStore(folder.Path, (result, all) => all[0].SamplesMs[0] / result.SamplesMs[0]);
        var odd = Result("b(Variant: x, Size: 1)", 0.5) with { ImagesPerOperation = 2, Parameters = new Dictionary<string, string> { ["Size"] = "a \"b\"\nc" }, Memory = new() { PeakRssBytes = 3 << 19 }, Artefact = new("m", "00", 1 << 20) };
        var path = store.Merge(s_machine, "Precision", Result("a", 1.25) with { Contamination = new(ContaminationVerdict.Noisy, []) }, odd);

        Assert.Equal(
            "id,suite,variant,parameters,samples,median (ms),median's 95 % from (ms),median's 95 % to (ms),p90 (ms),p99 (ms),images/s,speed-up (x),peak RSS (MiB),model (MiB),AP (0 to 1),top-1 (0 to 1),contamination,gap,AP of the trained stand-in (0 to 1)\r\n"
            + "a,s,ort-fp32,,1,1.25,,,,,800,1,,,,,noisy,,\r\n"
            + "\"b(Variant: x, Size: 1)\",s,ort-fp32,\"Size: a \"\"b\"\"\nc\",1,0.5,,,,,4000,2.5,1.5,1,,,,,\r\n",
            File.ReadAllText(Path.ChangeExtension(path, ".csv")));
        Assert.Equal(2, ResultStore.Read(Path.GetDirectoryName(path)!).Results.Count);
        Assert.Equal(["Precision.csv", "Precision.json", "machine.json"], Directory.GetFiles(Path.GetDirectoryName(path)!).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Merge_OtherCulture_WritesTheSameTable()
    {
        using var folder = new TempFolder();
        var before = CultureInfo.CurrentCulture;
        try
        {
            var comma = (CultureInfo)CultureInfo.InvariantCulture.Clone(); // a named one is not on every machine
            comma.NumberFormat.NumberDecimalSeparator = ",";
            CultureInfo.CurrentCulture = comma;
            var path = new ResultStore(folder.Path).Merge(s_machine, "Precision", Result("a", 1.25));
            Assert.Contains("a,s,ort-fp32,,1,1.25,", File.ReadAllText(Path.ChangeExtension(path, ".csv")));
        }
        finally { CultureInfo.CurrentCulture = before; }
    }

    [Fact]
    public void MergeAccuracy_AfterASuite_StandsInItsTable()
    {
        using var folder = new TempFolder();
        var (store, artefact) = (new ResultStore(folder.Path), new ArtefactInfo("m.onnx", "ab", 1));
        var path = store.Merge(s_machine, "Precision", Result("a", 1) with { Artefact = artefact, InputSide = 320 });
        AtomicFile.WriteText(Path.Combine(Path.GetDirectoryName(path)!, "Damaged.json"), "[");

        store.MergeAccuracy(s_machine, new AccuracyResult
        {
            Dataset = new("coco", "cd", 5),
            Artefact = artefact,
            Variant = "ort-fp32",
            Runtime = "ONNX Runtime",
            Size = 320,
            Evaluated = DateTimeOffset.UnixEpoch,
            Commit = "c",
            CocoAp = 0.25,
        });

        Assert.Contains(",0.25,", File.ReadAllText(Path.ChangeExtension(path, ".csv")));
        Assert.False(File.Exists(Path.Combine(Path.GetDirectoryName(path)!, "Damaged.csv")));
    }

    [Fact]
    public void Merge_TableThatCannotBeWritten_StoresTheResults()
    {
        using var folder = new TempFolder();
        var store = new ResultStore(folder.Path);
        Directory.CreateDirectory(Path.Combine(store.FolderOf(s_machine), "Precision.csv", "in the way"));

        Assert.Single(ResultStore.ReadSuite(store.Merge(s_machine, "Precision", Result("a", 1))));
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
