using System.IO.Compression;

namespace DetrPerfLab.Tests.Models;

/// <summary>What an archive holds, read without libtorch; that it computes the right thing is shown where libtorch is.</summary>
public sealed class DetrScriptTests : IDisposable
{
    static readonly DetrConfig s_config = new()
    {
        Name = "small",
        BackboneDepth = 18,
        EncoderLayers = 1,
        DecoderLayers = 1,
        FeedForwardDim = 32,
        HiddenDim = 16,
        Heads = 2,
        Queries = 4,
        Classes = 3,
    };

    static readonly WeightStore s_weights = SyntheticWeights.Create(s_config);

    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(ScriptPrecision.Float32)]
    [InlineData(ScriptPrecision.Int8Dynamic)]
    public void Save_Twice_GivesTheSameBytes(ScriptPrecision precision)
    {
        DetrScript.Save(s_weights, precision, _folder.File("a.pt"));
        DetrScript.Save(s_weights, precision, _folder.File("b.pt"));
        Assert.Equal(FileHash.Sha256(_folder.File("a.pt")), FileHash.Sha256(_folder.File("b.pt")));
    }

    [Fact]
    public void Save_Members_AreStoredUnderOneFolder()
    {
        DetrScript.Save(s_weights, ScriptPrecision.Float32, _folder.File("a.pt"));
        using var zip = ZipFile.OpenRead(_folder.File("a.pt"));
        Assert.All(zip.Entries, e => Assert.StartsWith("detr/", e.FullName, StringComparison.Ordinal));
        Assert.All(zip.Entries, e => Assert.Equal(e.Length, e.CompressedLength));
        foreach (var needed in new[] { "data.pkl", "code/__torch__.py", "constants.pkl", "version", "data/0" }) { Assert.NotNull(zip.GetEntry($"detr/{needed}")); }
    }

    [Fact]
    public void Save_Int8_KeepsHeadsInFloat()
    {
        DetrScript.Save(s_weights, ScriptPrecision.Int8Dynamic, _folder.File("a.pt"));
        using var zip = ZipFile.OpenRead(_folder.File("a.pt"));
        using var reader = new StreamReader(zip.GetEntry("detr/code/__torch__.py")!.Open());
        var code = reader.ReadToEnd();
        Assert.DoesNotContain("torch.linear", code[..code.IndexOf("def heads", StringComparison.Ordinal)], StringComparison.Ordinal);
        Assert.DoesNotContain("quantized", code[code.IndexOf("def heads", StringComparison.Ordinal)..], StringComparison.Ordinal);
    }

    [Fact]
    public void Save_WeightMissing_NamesItAndLeavesNoFile()
    {
        var partial = new WeightStore(s_config, s_weights.Tensors.Where(t => t.Name != "class_embed.bias"), "partial.pth", s_weights.Sha256);
        var error = Assert.Throws<LabException>(() => DetrScript.Save(partial, ScriptPrecision.Float32, _folder.File("a.pt")));
        Assert.Contains("class_embed.bias", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void Int8Rows_EachRow_UsesAllCodesOfItsOwnScale()
    {
        var rows = Int8Rows.Of([0.4f, -1, 0.25f, 200, 90, -50, 0, 0, 0], rows: 3);
        Assert.Equal<sbyte>([51, -127, 32, 127, 57, -32, 0, 0, 0], rows.Codes);
        Assert.Equal([1 / 127.0, 200 / 127.0, 1], rows.Scales);
    }

    [Fact]
    public void ChannelsLast_Filter_MovesInputChannelsInnermost() =>
        Assert.Equal([1, 3, 5, 2, 4, 6, 7, 9, 11, 8, 10, 12], ScriptModuleWriter.ChannelsLast([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], inputs: 3, places: 2));
}
