using System.Security.Cryptography;

namespace DetrPerfLab.Tests.Models;

/// <summary>A whole DETR. ResNet-18 cannot be made smaller; all else is.</summary>
static class TinyDetr
{
    internal static DetrConfig Config { get; } = new()
    {
        Name = "tiny",
        BackboneDepth = 18,
        HiddenDim = 16,
        EncoderLayers = 1,
        DecoderLayers = 2,
        FeedForwardDim = 12,
        Queries = 5,
        Classes = 3,
    };

    internal static WeightStore Weights { get; } = SyntheticWeights.Create(Config);

    /// <summary>The same shape with other values.</summary>
    internal static IEnumerable<WeightTensor> Others => Weights.Tensors.Select(t => t with { Data = [.. t.Data.Select(v => v + 1)] });

    /// <summary>Weights are moved, never computed with: the comparison is exact.</summary>
    internal static void AssertIn(WeightStore found, string path)
    {
        Assert.Equal(Config with { Name = Path.GetFileNameWithoutExtension(path) }, found.Config);
        Assert.Equal(Path.GetFileName(path), found.Source);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path))), found.Sha256);
        Assert.Equal(Weights.Tensors.Select(t => t.Name), found.Tensors.Select(t => t.Name));
        Assert.All(Weights.Tensors, expected =>
        {
            Assert.Equal(expected.Shape, found[expected.Name].Shape);
            Assert.True(expected.Data.AsSpan().SequenceEqual(found[expected.Name].Data), expected.Name);
        });
    }
}
