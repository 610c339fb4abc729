using DetrPerfLab.Onnx.Proto;
using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Engines;

public sealed class ArtefactCacheTests : IDisposable
{
    static readonly VariantModel s_model = new("tiny", "weights-1", () => throw new InvalidOperationException("no recipe here reads weights"), VariantModel.Synthetic(DetrConfig.DetrR50).Use);
    readonly TempFolder _folder = new();
    int _builds;

    OnnxRecipe Recipe => new("fp32", _ =>
    {
        _builds++;
        return new ModelProto { IrVersion = 8, Graph = new GraphProto { Name = "g" } };
    });

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Get_Twice_BuildsOnceAndKnowsItsHash()
    {
        var first = new ArtefactCache(_folder.Path).Get(s_model, Recipe);
        var second = new ArtefactCache(_folder.Path).Get(s_model, Recipe);
        Assert.Equal(1, _builds);
        Assert.Equal(first, second);
        Assert.Equal(FileHash.Sha256(first.Path), first.Info.Sha256);
    }

    [Fact]
    public void Get_OtherWeights_ReplacesTheStaleFile()
    {
        var cache = new ArtefactCache(_folder.Path);
        var stale = cache.Get(s_model, Recipe);
        var fresh = cache.Get(s_model with { Identity = "weights-2" }, Recipe);
        Assert.NotEqual(stale.Path, fresh.Path);
        Assert.False(File.Exists(stale.Path));
        Assert.True(File.Exists(fresh.Path));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("{\"name\":\"x\",\"sha256\":\"0\",\"bytes\":1}")]
    public void Get_DamagedFacts_BuildsAgain(string facts)
    {
        var cache = new ArtefactCache(_folder.Path);
        File.WriteAllText(cache.Get(s_model, Recipe).Path + ".json", facts);
        Assert.Equal(FileHash.Sha256(cache.Get(s_model, Recipe).Path), cache.Get(s_model, Recipe).Info.Sha256);
        Assert.Equal(2, _builds);
    }

    [Fact]
    public void Get_RecipeThatFails_LeavesNoFile()
    {
        var broken = new OnnxRecipe("fp32", _ => throw new InvalidDataException("broken"));
        Assert.Throws<InvalidDataException>(() => new ArtefactCache(_folder.Path).Get(s_model, broken));
        Assert.Empty(Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories));
    }
}
