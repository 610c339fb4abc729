using DetrPerfLab.EngineTests.Cli;
using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Engines;

/// <summary>TorchScript files of the user's, good and bad.</summary>
public sealed class TorchScriptFileTests : IDisposable
{
    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Load_ExportedModel_GivesTheSameResults()
    {
        var path = _folder.File("detr.pt");
        DetrScript.Save(TorchCases.SmallWeights, ScriptPrecision.Float32, path);
        var inputs = SyntheticImages.CreateBatch(new(64, 96), new(48, 64));
        var expected = TorchCases.Run("torch-fp32", inputs);

        using var engine = TorchScriptEngine.Load(path, TorchCases.OneThread);
        var actual = TorchCases.Run(engine, inputs);

        Assert.Equal([path], Directory.GetFiles(_folder.Path)); // nothing half-written stays
        Assert.Equal("logits float32 [N,10,8]", engine.Outputs[0].ToString());
        Assert.InRange(TorchCases.MaxDifference(actual.Logits, expected.Logits), 0, 1e-4); // another order of summation
        Assert.InRange(TorchCases.MaxDifference(actual.Boxes, expected.Boxes), 0, 1e-4);
    }

    [Fact]
    public void Load_OneInputAndMoreOutputsInAnotherOrder_FindsThePair()
    {
        var path = Write("forward(self, x: Tensor) -> Tuple[Tensor, Tensor, Tensor]", "return (x, torch.zeros([1, 5, 4]), torch.ones([1, 5, 7]))");
        using var engine = TorchScriptEngine.Load(path, TorchCases.OneThread);
        Assert.All(TorchCases.Run(engine, SyntheticImages.CreateBatch(new ImageSize(64, 64))).Logits, value => Assert.Equal(1, value));
    }

    [Theory]
    [InlineData("forward(self, x: Tensor) -> Tuple[Tensor, Tensor]", "return (x, x)", "returned no such pair")]
    [InlineData("forward(self, x: Tensor, y: Tensor, z: Tensor) -> Tensor", "return x", "forward takes 3 arguments")]
    [InlineData("other(self, x: Tensor) -> Tensor", "return x", "TorchScript file")]
    [InlineData("forward(self, x: Tensor) -> Tensor", "return torch.relu(x", "expected ) but found")]
    [InlineData("forward(self, x: Tensor) -> Tensor", "return torch.matmul(x, torch.ones([5, 5]))", "mat1 and mat2 shapes cannot be multiplied")]
    public void Load_OtherInterface_SaysWhatIsNeeded(string signature, string line, string found)
    {
        var path = Write(signature, line);
        Refused(path, found);
        Refused(path, "logits [N,Q,C+1]");
    }

    [Theory]
    [InlineData("return torch.an_operator_of_nobody(x)")]
    [InlineData("return ops.nobody.operator(x)")]
    public void Load_TextThatLibtorchDoesNotKnow_IsBadInputAndThisProcessLives(string line) =>
        Refused(Write("forward(self, x: Tensor) -> Tensor", line), "libtorch ends the process over it");

    [Fact]
    public void Detect_UnknownOperator_Exit2AndOneLine()
    {
        var photograph = Path.Combine(TestPaths.Fixtures, "images", "jpeg-420.jpg");
        var run = CliRun.Of("detect", photograph, "--model", Write("forward(self, x: Tensor) -> Tensor", "return ops.nobody.operator(x)"), "--engine", "torchscript", "--out", _folder.File("out"));
        Assert.Equal(2, run.ExitCode);
        Assert.Single(run.Error.TrimEnd().Split('\n'));
    }

    [Fact]
    public void Load_MissingFile_SaysSo() => Refused(_folder.File("none.pt"), "was not found");

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(5000)]
    public void Load_Garbage_IsBadInput(int bytes)
    {
        var path = _folder.File("garbage.pt");
        var content = new byte[bytes];
        new Random(1).NextBytes(content);
        File.WriteAllBytes(path, content);
        Refused(path, "garbage.pt");
    }

    [Fact]
    public void Load_TruncatedFile_IsBadInput()
    {
        var path = _folder.File("cut.pt");
        DetrScript.Save(TorchCases.SmallWeights, ScriptPrecision.Float32, path);
        var content = File.ReadAllBytes(path);
        File.WriteAllBytes(path, content[..(content.Length / 2)]);
        Refused(path, "cut.pt");
    }

    string Write(string signature, params string[] lines)
    {
        var module = new ScriptModuleWriter("module", "M");
        module.Method(signature, lines);
        AtomicFile.Write(_folder.File("written.pt"), module.Save);
        return _folder.File("written.pt");
    }

    static void Refused(string path, string part)
    {
        var error = Assert.Throws<LabException>(() => TorchScriptEngine.Load(path, TorchCases.OneThread));
        Assert.Equal(ExitCode.BadInput, error.ExitCode);
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }
}
