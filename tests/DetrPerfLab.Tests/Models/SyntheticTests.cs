using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace DetrPerfLab.Tests.Models;

/// <summary>synthetic-v1 against the original DETR code and numpy: tests/fixtures/synthetic-v1/generate.py. All comparisons are exact.</summary>
public class SyntheticTests
{
    public sealed record ExpectedModel(
        int Depth, int Hidden, int Encoder, int Decoder, int FeedForward, int Queries, int Classes, int Tensors, string Names_sha256, string Weights_sha256)
    {
        public DetrConfig Config => new()
        {
            Name = $"detr_resnet{Depth}",
            BackboneDepth = Depth,
            HiddenDim = Hidden,
            EncoderLayers = Encoder,
            DecoderLayers = Decoder,
            FeedForwardDim = FeedForward,
            Queries = Queries,
            Classes = Classes,
        };

        public override string ToString() => Config.Name;
    }

    public sealed record ExpectedBatch(int[][] Sizes, string Pixels_sha256, string Mask_sha256)
    {
        public override string ToString() => string.Join(' ', Sizes.Select(s => new ImageSize(s[0], s[1])));
    }

    sealed record Expected(ExpectedModel[] Models, ExpectedBatch[] Batches);

    static readonly Expected s_expected = JsonSerializer.Deserialize<Expected>(
        File.ReadAllBytes(Path.Combine(TestPaths.Fixtures, "synthetic-v1", "expected.json")), LabJson.Options)!;

    public static TheoryData<ExpectedModel> Models => [.. s_expected.Models];

    public static TheoryData<ExpectedBatch> Batches => [.. s_expected.Batches];

    [Theory]
    [InlineData("", 0xcbf29ce484222325)]
    [InlineData("a", 0xaf63dc4c8601ec8c)]
    [InlineData("foobar", 0x85944171f73967e8)]
    public void Seed_PublishedTestVector_Matches(string name, ulong expected) =>
        Assert.Equal(expected, SyntheticSequence.Seed(name)); // vectors of the FNV reference code

    [Theory]
    [MemberData(nameof(Models))]
    public void Describe_Model_ListsTheOriginalStateDictInOrder(ExpectedModel model)
    {
        var specs = DetrStateDict.Describe(model.Config);
        var text = string.Concat(specs.Select(s => $"{s.Name} [{string.Join(',', s.Shape)}]\n"));
        Assert.Equal(model.Tensors, specs.Count);
        Assert.Equal(model.Names_sha256, Sha256(Encoding.UTF8.GetBytes(text)));
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Create_Model_EqualsNumpyBitForBit(ExpectedModel model) =>
        Assert.Equal(model.Weights_sha256, SyntheticWeights.Create(model.Config).Sha256);

    [Fact]
    public void Create_R50_HasTheCheckValues()
    {
        var weights = SyntheticWeights.Create(DetrConfig.DetrR50);
        Assert.Equal(0.05953194200992584f, weights["transformer.encoder.layers.0.self_attn.in_proj_weight"].Data[0]);
        Assert.Equal(-0.0016769981011748314f, weights["transformer.encoder.layers.0.self_attn.in_proj_bias"].Data[0]);
        Assert.Equal(-0.00984048843383789f, weights["transformer.encoder.layers.0.self_attn.out_proj.weight"].Data[0]);
        Assert.Equal("synthetic-v1", weights.Source);
        Assert.Same(DetrConfig.DetrR50, weights.Config);
    }

    [Theory]
    [MemberData(nameof(Batches))]
    public void CreateBatch_Sizes_EqualsNumpyBitForBit(ExpectedBatch expected)
    {
        var batch = SyntheticImages.CreateBatch([.. expected.Sizes.Select(s => new ImageSize(s[0], s[1]))]);
        Assert.Equal(expected.Pixels_sha256, Sha256(MemoryMarshal.AsBytes(batch["pixel_values"].Floats)));
        Assert.Equal(expected.Mask_sha256, Sha256(MemoryMarshal.AsBytes(batch["pixel_mask"].Longs)));
    }

    [Fact]
    public void CreateBatch_NoImage_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => SyntheticImages.CreateBatch());

    static string Sha256(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
