using System.Text.Json;

namespace DetrPerfLab.Tests.Models;

/// <summary>Small files of PyTorch's own torch.save (tests/fixtures/checkpoints/generate.py). Every value is exact: decoding rounds as PyTorch's <c>.float()</c>.</summary>
public class CheckpointFormatTests
{
    public sealed record ExpectedTensor(long[] Shape, float[] Values);

    internal static readonly string Folder = Path.Combine(TestPaths.Fixtures, "checkpoints");

    static readonly Dictionary<string, ExpectedTensor> s_expected = JsonSerializer.Deserialize<Dictionary<string, ExpectedTensor>>(
        File.ReadAllBytes(Path.Combine(Folder, "expected.json")), LabJson.Options)!;

    [Theory]
    [InlineData("state.zip.pth")]
    [InlineData("state.protocol4.pth")]
    [InlineData("state.legacy.pth")]
    [InlineData("training.zip.pth")]
    [InlineData("training.legacy.pth")]
    [InlineData("beside.zip.pth")]
    [InlineData("beside.protocol4.pth")]
    [InlineData("beside.legacy.pth")]
    [InlineData("state.safetensors")]
    public void Read_FileOfTorch_GivesEveryTensor(string name)
    {
        var tensors = ReadTensors(Path.Combine(Folder, name));
        Assert.Equal(s_expected.Keys.Order(), tensors.Select(t => t.Name).Order());
        Assert.All(tensors, tensor =>
        {
            Assert.Equal(s_expected[tensor.Name].Shape, tensor.Shape);
            Assert.Equal(s_expected[tensor.Name].Values, tensor.Data);
        });
    }

    [Theory]
    [InlineData("training.zip.pth")]
    [InlineData("training.legacy.pth")]
    public void Read_TrainingCheckpoint_TellsWhatShapesDoNotShow(string name)
    {
        using var file = CheckpointFile.Open(Path.Combine(Folder, name));
        var contents = Checkpoint.ReadContents(file);
        Assert.True(contents.Dilation);
        Assert.Equal(4, contents.Heads);
    }

    [Theory]
    [InlineData("module.zip.pth", "torch.nn.modules.linear.Linear")]
    [InlineData("module.legacy.pth", "torch.nn.modules.linear.Linear")]
    [InlineData("torchscript.pt", "TorchScript")]
    public void Load_SavedModule_IsRefusedByName(string name, string expected) =>
        Refused(Path.Combine(Folder, name), expected);

    [Theory]
    [InlineData("state.zip.pth")]
    [InlineData("state.legacy.pth")]
    [InlineData("state.safetensors")]
    public void Load_StateDictOfSomethingElse_SaysTheFirstNamesAndWhatWasExpected(string name)
    {
        Refused(Path.Combine(Folder, name), "names of no model that is built here: f32, f16, bf16, f64, i64 and 6 more");
        Refused(Path.Combine(Folder, name), "transformer.encoder.layers.0.linear1.weight");
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("version https://git-lfs.github.com/spec/v1\n", "git lfs pull")]
    [InlineData("\n<!DOCTYPE html>", "web page")]
    [InlineData("hello world", "68656c6c6f20776f")]
    public void Load_OtherContent_SaysWhatItIs(string content, string expected)
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder.File("m.pth"), content);
        Refused(folder.File("m.pth"), expected);
    }

    [Fact]
    public void Load_NoFile_SaysSo() => Refused("/nowhere/m.pth", "was not found");

    internal static void Refused(string path, string expected)
    {
        var mistake = Assert.Throws<LabException>(() => Checkpoint.Load(path));
        Assert.Equal(ExitCode.BadInput, mistake.ExitCode);
        Assert.Contains(expected, mistake.Message, StringComparison.Ordinal);
        Assert.Contains(Path.GetFileName(path), mistake.Message);
    }

    /// <summary>Reads and decodes all tensors, whether or not they make a DETR.</summary>
    internal static IReadOnlyList<WeightTensor> ReadTensors(string path)
    {
        using var file = CheckpointFile.Open(path);
        var weights = WeightAssembler.Collect(file, Checkpoint.ReadContents(file).Tensors);
        return WeightAssembler.Decode(file, weights.Select(w => (w.Key, w.Value)));
    }
}
