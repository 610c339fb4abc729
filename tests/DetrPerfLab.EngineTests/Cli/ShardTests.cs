using DetrPerfLab.Onnx.Proto;
using DetrPerfLab.Tests;
using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;

namespace DetrPerfLab.EngineTests.Cli;

/// <summary>A data set in parts is judged as one process judges it, to the last digit; what does not belong together is refused.</summary>
public sealed class ShardTests : IDisposable
{
    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Among_AnyParts_DealOutEveryItemOnce() =>
        Prop.ForAll(Gen.Choose(0, 50).ToArbitrary(), Gen.Choose(1, 20).ToArbitrary(), (items, parts) =>
        {
            var dealt = Enumerable.Range(1, parts).Select(part => new Shard(part, parts).Among(Enumerable.Range(0, items)).ToList()).ToList();
            return dealt.SelectMany(d => d).Order().SequenceEqual(Enumerable.Range(0, items)) && dealt.Max(d => d.Count) - dealt.Min(d => d.Count) <= 1;
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("17/16")]
    [InlineData("0/16")]
    [InlineData("-1/16")]
    [InlineData("3")]
    [InlineData("3/x")]
    [InlineData("1/0")]
    public void Eval_NoSuchPart_IsRefused(string shard)
    {
        var run = CliRun.Of("eval", "--model", TestPaths.Deim, "--coco", TestPaths.CocoMini, "--shard", shard, "--out", _folder.File("part.jsonl"));
        Assert.Equal(2, run.ExitCode);
        Assert.Contains($"'{shard}'", run.Error);
        Assert.Contains("such as 3/16", run.Error);
    }

    [Fact]
    public void Merge_PartsOfAnEvaluation_IsTheWholeToTheLastDigit()
    {
        var photographs = Photographs(7);
        var whole = CliRun.Of("eval", "--model", TestPaths.Deim, "--coco", TestPaths.CocoMini, "--images", photographs, "--out", _folder.File("whole.json"));
        Assert.True(whole.ExitCode == 0, whole.Error);
        string[] parts = [.. Enumerable.Range(1, 3).Select(n => Part(n, 3, photographs))];

        // In any order, one of them twice.
        var merged = CliRun.Of(["merge", parts[2], parts[0], parts[1], parts[0], "--coco", TestPaths.CocoMini, "--out", _folder.File("merged.json")]);
        Assert.True(merged.ExitCode == 0, merged.Error);
        Assert.Contains("1 of the 4 files are parts that another holds", merged.Error);
        Assert.Equal(File.ReadAllText(_folder.File("whole.json")), File.ReadAllText(_folder.File("merged.json")));
        string[] Numbers(CliRun run) => [.. run.Output.Split('\n').Take(12)];
        Assert.Equal(Numbers(whole), Numbers(merged));
        Assert.Contains("3 parts, 7 images", merged.Output);

        var missing = CliRun.Of("merge", parts[0], parts[2], "--out", _folder.File("none.json"));
        Assert.Equal(2, missing.ExitCode);
        Assert.Contains("1 of 3 parts are missing: 2/3", missing.Error);

        var other = CliRun.Of("merge", parts[0], parts[1], Part(3, 3, Photographs(8)), "--out", _folder.File("none.json"));
        Assert.Equal(2, other.ExitCode);
        Assert.Contains("do not belong together: their data sets differ", other.Error);

        Assert.Equal(0, CliRun.Of("quantize", "--model", TestPaths.Deim, "--precision", "fp16-weights", "--out", _folder.File("other.onnx")).ExitCode);
        var foreign = CliRun.Of("merge", parts[0], parts[1], Part(3, 3, photographs, _folder.File("other.onnx")), "--out", _folder.File("none.json"));
        Assert.Equal(2, foreign.ExitCode);
        Assert.Contains("do not belong together: their models differ (other.onnx ", foreign.Error);

        var lines = File.ReadAllLines(parts[1]);
        File.WriteAllLines(parts[1], lines[..^1]);
        var cut = CliRun.Of("merge", parts[0], parts[1], parts[2], "--out", _folder.File("none.json"));
        Assert.Equal(2, cut.ExitCode);
        Assert.Contains($"holds {lines.Length - 2} of its {lines.Length - 1} images: it was cut, or changed", cut.Error);

        File.WriteAllText(parts[1], string.Join('\n', lines)[..^40]);
        Assert.Contains("it was cut, or changed", CliRun.Of("merge", parts[0], parts[1], parts[2], "--out", _folder.File("none.json")).Error);
        Assert.False(File.Exists(_folder.File("none.json")));
    }

    [Fact]
    public void Sensitivity_InParts_IsTheWholeTable()
    {
        var graph = new TestGraph(17).Input("x", "N", 3, "H", "W").Weights("w1", [12, 3, 3, 3], 0.5f).Weights("w2", [12, 12, 3, 3], 0.2f).Weights("w3", [12, 4], 0.5f);
        var model = graph.Node("Conv", "x w1", "a", n => n.Set("pads", 1, 1, 1, 1)).Node("Relu", "a", "b").Node("Conv", "b w2", "c", n => n.Set("pads", 1, 1, 1, 1)).Node("Relu", "c", "d")
            .Node("GlobalAveragePool", "d", "e").Node("Flatten", "e", "f", n => n.Set("axis", 1)).Node("MatMul", "f w3", "y").Model;
        model.Graph.Output.Add(OnnxValues.Create("y", TensorProto.Types.DataType.Float, null));
        OnnxFile.Save(model, _folder.File("model.onnx"));
        Directory.CreateDirectory(_folder.File("tensors"));
        File.WriteAllBytes(_folder.File("tensors/a.pb"), OnnxTensors.Create<float>("x", [1, 3, 8, 8], [.. TestGraph.Sequence(3 * 8 * 8, 7, 2)]).ToByteArray());
        string[] command = ["sensitivity", "--model", _folder.File("model.onnx"), "--calibrate", _folder.File("tensors")];
        foreach (var (target, more) in ((string, string[])[])[("whole", []), ("1", ["--shard", "1/2"]), ("2", ["--shard", "2/2"])])
        {
            var run = CliRun.Of([.. command, .. more, "--out", _folder.File(target)]);
            Assert.True(run.ExitCode == 0, run.Error);
        }

        var merged = CliRun.Of([.. command, "--parts", _folder.File("2"), _folder.File("1"), "--out", _folder.File("merged")]);
        Assert.True(merged.ExitCode == 0, merged.Error);
        Assert.Equal(3, SensitivityTable.Load(_folder.File("whole")).Groups.Count);
        Assert.Equal(File.ReadAllText(_folder.File("whole")), File.ReadAllText(_folder.File("merged")));
        Assert.Contains("1 of 2 parts are missing: 1/2", CliRun.Of([.. command, "--parts", _folder.File("2"), "--out", _folder.File("none")]).Error);
        Assert.Contains("is no part of a table", CliRun.Of([.. command, "--parts", _folder.File("whole"), "--out", _folder.File("none")]).Error);
    }

    [Fact]
    public void Merge_NoPart_SaysWhatIsNeeded()
    {
        File.WriteAllText(_folder.File("detections.json"), "[]\n");
        var run = CliRun.Of("merge", _folder.File("detections.json"), "--out", _folder.File("merged.json"));
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("eval --shard", run.Error);
        Assert.Equal(1, run.Error.Count(c => c == '\n'));
    }

    string Part(int number, int count, string photographs, string? model = null)
    {
        var file = _folder.File($"part-{number}-{Path.GetFileName(photographs)}{Path.GetFileName(model)}.jsonl");
        var run = CliRun.Of("eval", "--model", model ?? TestPaths.Deim, "--coco", TestPaths.CocoMini, "--images", photographs, "--shard", $"{number}/{count}", "--out", file);
        Assert.True(run.ExitCode == 0, run.Error);
        return file;
    }

    string Photographs(int count)
    {
        var file = _folder.File($"photographs-{count}.txt");
        File.WriteAllLines(file, Directory.GetFiles(Path.Combine(TestPaths.CocoMini, "images")).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal).Take(count));
        return file;
    }
}
