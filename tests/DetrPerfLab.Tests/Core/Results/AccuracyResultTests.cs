namespace DetrPerfLab.Tests.Core;

public class AccuracyResultTests
{
    static readonly MachineInfo s_machine = new() { CpuModel = "Fake", Cores = 2, Os = "Linux", Runtime = ".NET" };

    [Fact]
    public void Read_RecordedAccuracy_JoinsByTheHashOfTheFile()
    {
        using var folder = new TempFolder();
        var store = new ResultStore(folder.Path);
        store.Merge(s_machine, "Precision", Timed("ort-int8-static", "aa"), Timed("ort-fp16", "bb"));
        store.MergeAccuracy(s_machine, Judged("ort-int8-static", "aa", 0.30) with { CocoApDifference = new(-0.004, -0.01, 0.002, 0.95), DetectionAp = 0.9 });

        var results = ResultStore.Read(store.FolderOf(s_machine)).Results;
        Assert.Equal((0.30, -0.004, 0.9), (results[0].CocoAp, results[0].CocoApDifference!.Value.Value, results[0].Agreement!.DetectionAp));
        Assert.Null(results[1].CocoAp);
        // Joined while reading: the file of the suite stays as it was measured.
        Assert.Null(ResultStore.ReadSuite(Path.Combine(store.FolderOf(s_machine), "Precision.json"))[0].CocoAp);
    }

    [Theory]
    [InlineData("ort-fp32-disabled", "ONNX Runtime", true)] // another way to run the same graph
    [InlineData("torch-bf16", "libtorch", false)] // the same weights in another precision
    public void Join_OtherVariant_TakesOnlyWhatWasJudgedAlike(string variant, string runtime, bool joins)
    {
        var timed = Timed(variant, "aa") with { Engine = new(variant, runtime, "1", new Dictionary<string, string>()) };
        Assert.Equal(joins ? 0.3 : null, AccuracyResult.Join([timed], [Judged("ort-fp32", "aa", 0.3) with { Runtime = runtime }])[0].CocoAp);
    }

    [Theory]
    [InlineData(null, 800, 0.3)] // Precision, and all that names no size
    [InlineData("800", 800, 0.3)] // Resolution: the same accuracy, though the row names its size
    [InlineData("512", 512, 0.2)]
    [InlineData("512x682", 512, 0.2)] // bench --size 512
    [InlineData("672", 672, null)] // not judged at that size
    [InlineData(null, 256, null)] // GcMode: small images, without a word in its parameters
    [InlineData(null, null, null)] // a photograph in tiles, sizes that vary
    public void Join_BySideThatRan_TakesWhatWasJudgedAtThatSide(string? parameter, int? side, double? ap)
    {
        var timed = Timed("ort-fp32", "aa") with
        {
            InputSide = side,
            Parameters = parameter is null ? new Dictionary<string, string>() : new Dictionary<string, string> { ["Size"] = parameter },
        };
        AccuracyResult[] judged = [Judged("ort-fp32", "aa", 0.3), Judged("ort-fp32", "aa", 0.2) with { Size = 512 }, Judged("ort-fp32", "aa", 0.9) with { Size = null }];
        Assert.Equal(ap, AccuracyResult.Join([timed], judged)[0].CocoAp);
    }

    [Fact]
    public void Join_SeveralFit_TakesItsVariantThenTheLargerDatasetThenTheLatest()
    {
        AccuracyResult[] accuracy =
        [
            Judged("ort-fp32-basic", "aa", 0.9, images: 5000),
            Judged("ort-fp32", "aa", 0.1, images: 79),
            Judged("ort-fp32", "aa", 0.2, images: 500),
            Judged("ort-fp32", "aa", 0.3, images: 500) with { Evaluated = DateTimeOffset.UnixEpoch.AddDays(1) },
        ];
        Assert.Equal(0.3, AccuracyResult.Join([Timed("ort-fp32", "aa")], accuracy)[0].CocoAp);
        Assert.Equal(0.5, AccuracyResult.Join([Timed("ort-fp32", "aa") with { CocoAp = 0.5 }], accuracy)[0].CocoAp);
    }

    [Fact]
    public void MergeAccuracy_Again_ReplacesAndLeavesMachineJson()
    {
        using var folder = new TempFolder();
        var store = new ResultStore(folder.Path);
        store.Merge(s_machine with { MemoryGbPerSecond = 20 }, "Precision", Timed("a", "aa"));
        store.MergeAccuracy(s_machine, Judged("a", "aa", 0.1), Judged("a", "bb", 0.2));
        store.MergeAccuracy(s_machine, Judged("a", "aa", 0.3));
        Assert.Equal([0.3, 0.2], ResultStore.ReadAccuracy(store.FolderOf(s_machine)).Select(a => a.CocoAp));
        Assert.Equal(20, ResultStore.ReadMachine(store.FolderOf(s_machine)).MemoryGbPerSecond);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[{\"schema\":2}]")]
    [InlineData("[{\"schema\":1}]")]
    public void MergeAccuracy_DamagedFileBefore_SaysSoAndLeavesIt(string content)
    {
        using var folder = new TempFolder();
        var store = new ResultStore(folder.Path);
        var path = Path.Combine(store.FolderOf(s_machine), "accuracy.json");
        AtomicFile.WriteText(path, content);
        Assert.Equal(ExitCode.BadInput, Assert.Throws<LabException>(() => store.MergeAccuracy(s_machine, Judged("a", "aa", 0.1))).ExitCode);
        Assert.Equal(content, File.ReadAllText(path));
    }

    static RunResult Timed(string variant, string sha256) => new()
    {
        Id = variant,
        Suite = "Precision",
        Variant = variant,
        Started = DateTimeOffset.UnixEpoch,
        Commit = "unknown",
        Machine = s_machine.Fingerprint,
        Artefact = new("m.onnx", sha256, 1),
        Engine = new(variant, "ONNX Runtime", "1", new Dictionary<string, string>()),
        Agreement = new() { Reference = "r", LogitsMaxAbs = 0, BoxesMaxAbs = 0 },
        SamplesMs = [1],
        InputSide = 800,
    };

    static AccuracyResult Judged(string variant, string sha256, double ap, int images = 79) => new()
    {
        Dataset = new($"set-{images}", $"{images}", images),
        Artefact = new("m.onnx", sha256, 1),
        Variant = variant,
        Runtime = "ONNX Runtime",
        Size = 800,
        Evaluated = DateTimeOffset.UnixEpoch,
        Commit = "unknown",
        CocoAp = ap,
    };
}
