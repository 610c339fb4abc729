using System.CommandLine;
using System.Text.Json;
using DetrPerfLab.EngineTests.Engines;
using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Cli;

/// <summary>Where a file's weights were, and what was passed over, is said by each verb that opens it: once, whichever engine runs them.</summary>
public sealed class CheckpointNoteTests : IClassFixture<CheckpointNoteTests.Averaged>
{
    readonly Averaged _file;

    public CheckpointNoteTests(Averaged file) => _file = file;

    [Theory]
    [InlineData("torch")]
    [InlineData("ort")]
    [InlineData("torchscript")]
    public void Detect_AnyEngine_SaysItOnce(string engine)
    {
        var image = Path.Combine(TestPaths.Fixtures, "images", "jpeg-420.jpg");
        var run = CliRun.Of("detect", image, "--model", _file.Path, "--engine", engine, "--size", "64", "--out", _file.Folder.File(engine));
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal(1, Times(_file.Note, run.Error));
    }

    [Fact]
    public void Open_SeveralVariants_SayItOnce()
    {
        var detector = new DetectorArguments();
        var command = new Command("eval");
        foreach (var option in detector.All) { command.Add(option); }
        using var error = new StringWriter();
        var parsed = command.Parse(["--model", _file.Path]);
        parsed.InvocationConfiguration.Error = error;
        foreach (var variant in (string[])["torch-fp32", "torch-naive", "ort-fp32"]) { detector.Open(parsed, _file.Path, variant).Dispose(); }
        Assert.Equal($"{_file.Note}{Environment.NewLine}", error.ToString());
    }

    [Fact]
    public void Profile_Checkpoint_SaysItOnce() =>
        Assert.Equal(1, Times(_file.Note, CliRun.Of("profile", "--model", _file.Path, "--size", "64", "--runs", "1").Error));

    [Fact]
    public void Of_ModelOfABench_HoldsItWithoutReadingWeights() => Assert.Equal(_file.Note, VariantModel.Of(_file.Path).Note);

    [Fact]
    public void Inspect_Checkpoint_ListsItOnce()
    {
        Assert.Equal(1, Times(_file.Note, CliRun.Of("inspect", _file.Path).Output));
        var notes = JsonDocument.Parse(CliRun.Of("inspect", _file.Path, "--json").Output).RootElement.GetProperty("notes");
        Assert.Equal(_file.Note, Assert.Single(notes.EnumerateArray()).GetString());
    }

    [Fact]
    public void Export_Checkpoint_SaysItOnce() =>
        Assert.Equal(1, Times(_file.Note, CliRun.Of("export", "--model", _file.Path, "--out", _file.Folder.File("m.onnx")).Error));

    [Fact]
    public void Export_PrecisionOfAnArchive_DetectsAsTheVariantDoes()
    {
        var (archive, image) = (_file.Folder.File("bf16.pt"), Path.Combine(TestPaths.Fixtures, "images", "jpeg-420.jpg"));
        var export = CliRun.Of("export", "--model", _file.Path, "--format", "torchscript", "--precision", "bf16-fused", "--out", archive);
        Assert.True(export.ExitCode == 0, export.Error);
        var run = CliRun.Of("detect", image, "--model", archive, "--engine", "torchscript", "--size", "64", "--out", _file.Folder.File("archive"));
        Assert.True(run.ExitCode == 0, run.Error);

        Assert.Contains("fp32-fused, bf16-fused", Refused("--format", "torchscript", "--precision", "bf17"));
        Assert.Contains("--format torchscript", Refused("--precision", "bf16-fused"));
        string Refused(params string[] more)
        {
            var refused = CliRun.Of(["export", "--model", _file.Path, "--out", _file.Folder.File("none"), .. more]);
            Assert.Equal(2, refused.ExitCode);
            return Assert.Single(refused.Error.TrimEnd().Split('\n'));
        }
    }

    [Fact]
    public void Import_Checkpoint_SaysItUnderTheNewName()
    {
        using var error = new StringWriter();
        var zoo = new ModelZoo(_file.Folder.File("cache"));
        Assert.Equal(0, ModelsCommand.Create(zoo).Parse(["import", _file.Path, "--name", "mine"]).Invoke(new() { Output = TextWriter.Null, Error = error }));
        Assert.Equal(_file.Note.Replace($"{Path.GetFileName(_file.Path)}: ", "mine: "), error.ToString().Trim());
        Assert.StartsWith("mine: taken are the averaged weights", ModelZoo.Describe(zoo.Resolve("mine")).Note);
    }

    static int Times(string text, string where) => where.Split(text).Length - 1;

    /// <summary>Plain and averaged weights in one file, as training with an average saves them.</summary>
    public sealed class Averaged : IDisposable
    {
        // The name becomes a folder of the cache, which is removed again.
        internal string Path => Folder.File($"note-{Environment.ProcessId}.pth");
        internal TempFolder Folder { get; } = new();
        internal string Note => $"{System.IO.Path.GetFileName(Path)}: taken are the averaged weights under 'ema > module', since authors evaluate those; others lie under 'model'.";

        public Averaged()
        {
            var weights = SyntheticWeights.Create(TinyDetr.OneLayer);
            var dict = CheckpointWriter.DictOf(weights.Tensors);
            CheckpointWriter.WriteTree(Path, [("model", dict), ("ema", new[] { ("module", (object?)dict) })]);
        }

        public void Dispose()
        {
            Folder.Dispose();
            var cached = System.IO.Path.Combine(LabPaths.ModelCache, System.IO.Path.GetFileName(Path));
            if (Directory.Exists(cached)) { Directory.Delete(cached, recursive: true); }
        }
    }
}
