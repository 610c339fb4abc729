using DetrPerfLab.Engines.Torch;
using DetrPerfLab.Models;
using static TorchSharp.torch;

namespace DetrPerfLab.Tests.Torch;

/// <summary>TorchScript files of the user's, good and bad.</summary>
public sealed class TorchScriptFileTests : IDisposable
{
    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Load_ExportedModel_GivesTheSameResults()
    {
        RequireExtension();
        var path = _folder.File("detr.pt");
        TorchVariants.ExportTorchScript(TorchCases.SmallWeights, path);
        var inputs = SyntheticImages.CreateBatch(new(64, 96), new(48, 64));
        var expected = TorchCases.Run("torch-fp32", inputs);

        using var engine = TorchVariants.Load(path, TorchCases.OneThread);
        var actual = TorchCases.Run(engine, inputs);

        Assert.Equal([path], Directory.GetFiles(_folder.Path)); // nothing half-written stays
        Assert.Equal("logits float32 [N,10,8]", engine.Outputs[0].ToString());
        Assert.InRange(TorchCases.MaxDifference(actual.Logits, expected.Logits), 0, 1e-4); // another order of summation
        Assert.InRange(TorchCases.MaxDifference(actual.Boxes, expected.Boxes), 0, 1e-4);
    }

    [Fact]
    public void Load_MoreOutputsInAnotherOrder_FindsThePair()
    {
        var path = _folder.File("three.pt");
        using var model = new EagerDetr(TorchCases.SmallWeights, new EagerOptions());
        Save(path, arguments => { var (logits, boxes) = model.Forward(arguments[0], arguments[1]); return [arguments[0] + 1.0, boxes, logits]; }, outputs: 3);
        var inputs = SyntheticImages.CreateBatch(new ImageSize(64, 64));
        using var engine = TorchVariants.Load(path, TorchCases.OneThread);
        Assert.InRange(TorchCases.MaxDifference(TorchCases.Run(engine, inputs).Logits, TorchCases.Run("torch-fp32", inputs).Logits), 0, 1e-4);
    }

    [Fact]
    public void Load_OtherInterface_SaysWhatIsNeeded()
    {
        var path = _folder.File("other.pt");
        Save(path, arguments => [arguments[0] + 1.0, arguments[0] - 1], outputs: 2);
        Refused(path, "logits [N,Q,C+1]");
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
        Save(path, arguments => [arguments[0] + 1.0], outputs: 1);
        var content = File.ReadAllBytes(path);
        File.WriteAllBytes(path, content[..(content.Length / 2)]);
        Refused(path, "cut.pt");
    }

    [Fact]
    public void Trace_FunctionThrows_PassesTheExceptionOn()
    {
        var extension = RequireExtension();
        using var scope = NewDisposeScope();
        var input = arange(3, dtype: ScalarType.Float32);
        Assert.Throws<FormatException>(() => extension.Trace(_ => throw new FormatException(), [input], ["x"], 1));
        Assert.Throws<ArgumentException>(() => extension.Trace(x => [x[0], x[0]], [input], ["x"], 1));
        using var good = extension.Trace(x => [x[0] * 2.0], [input], ["x"], 1); // nothing of the failures lingers
        Assert.Equal(3, Assert.IsType<Tensor>(good.forward(input)).numel());
    }

    static void Refused(string path, string part)
    {
        var error = Assert.Throws<LabException>(() => TorchVariants.Load(path, TorchCases.OneThread));
        Assert.Equal(ExitCode.BadInput, error.ExitCode);
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    static void Save(string path, Func<Tensor[], Tensor[]> function, int outputs)
    {
        var extension = RequireExtension();
        using var scope = NewDisposeScope();
        var example = SyntheticImages.CreateBatch(new ImageSize(64, 96));
        using var module = extension.Trace(
            function, [TorchBinding.Share(example["pixel_values"]), TorchBinding.Share(example["pixel_mask"])], ["pixel_values", "pixel_mask"], outputs);
        jit.save(module, path);
    }

    static TorchExtension RequireExtension()
    {
        Assert.SkipUnless(TorchExtension.Available is not null, "the TorchSharp package cannot trace");
        return TorchExtension.Available!;
    }
}
