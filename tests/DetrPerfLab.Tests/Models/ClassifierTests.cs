using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace DetrPerfLab.Tests.Models;

/// <summary>ResNet and ViT as data: names, sizes and formula against torchvision (tests/fixtures/classifiers/generate.py), and checkpoints under each publisher's names. All comparisons are exact.</summary>
public sealed class ClassifierTests : IDisposable
{
    static readonly ResNetConfig s_resNet = new() { Name = "tiny", Depth = 18, Classes = 7 }, s_bottlenecks = s_resNet with { Depth = 50 };

    // A checkpoint does not show its heads; every published ViT has heads of 64.
    static readonly VitConfig s_vit = new()
    {
        Name = "tiny",
        Grid = 4,
        Hidden = 128,
        Layers = 2,
        Heads = 2,
        FeedForward = 96,
        Classes = 7,
    };

    readonly TempFolder _folder = new();

    sealed record Expected(ExpectedModel[] Models);

    public sealed record ExpectedModel(string Name, long Parameters, int Tensors, string Names_sha256, string Weights_sha256)
    {
        public override string ToString() => Name;
    }

    public static TheoryData<ExpectedModel> Models => [.. JsonSerializer.Deserialize<Expected>(File.ReadAllBytes(Path.Combine(TestPaths.Fixtures, "classifiers", "expected.json")), LabJson.Options)!.Models];

    public static TheoryData<string> Tiny => ["resnet18", "resnet50", "vit"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Models))]
    public void Describe_Model_ListsTorchvisionsStateDictInOrder(ExpectedModel model)
    {
        var specs = Official(model.Name).Describe();
        var text = string.Concat(specs.Select(s => $"{s.Name} [{string.Join(',', s.Shape)}]\n"));

        Assert.Equal(model.Tensors, specs.Count);
        Assert.Equal(model.Names_sha256, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(text))));
    }

    [Theory]
    [InlineData("resnet50", 25_557_032)]
    [InlineData("vit_b_16", 86_567_656)]
    public void Describe_Model_HasThePublishedNumberOfParameters(string name, long published)
    {
        // What is counted over batches is no parameter.
        Assert.Equal(published, Official(name).Describe().Where(s => !s.Name.Contains("running_")).Sum(s => s.Count));
        Assert.Equal(published, Models.Single(m => m.Data.Name == name).Data.Parameters);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Create_Model_EqualsNumpyBitForBit(ExpectedModel model) => Assert.Equal(model.Weights_sha256, SyntheticWeights.Create(Official(model.Name)).Sha256);

    [Theory]
    [MemberData(nameof(Tiny))]
    public void Load_TorchvisionsNames_GivesTheWeights(string name)
    {
        var weights = SyntheticWeights.Create(Config(name));
        CheckpointWriter.WriteZip(_folder.File("tiny.pth"), weights.Tensors.Append(new("bn1.num_batches_tracked", [1], [3])));

        AssertEqual(weights, Checkpoint.Load(_folder.File("tiny.pth")));
    }

    [Theory]
    [MemberData(nameof(Tiny))]
    public void Load_HuggingFacesNames_GivesTheSameTensors(string name)
    {
        var weights = SyntheticWeights.Create(Config(name));
        CheckpointWriter.WriteSafetensors(_folder.File("tiny.safetensors"), weights.Tensors.SelectMany(HuggingFace).Reverse());

        AssertEqual(weights, Checkpoint.Load(_folder.File("tiny.safetensors")));
    }

    /// <summary>The published vit_b_16-c867db91.pth is older than torchvision's present names.</summary>
    [Fact]
    public void Load_TorchvisionsOldNamesOfTheMlp_GivesTheSameTensors()
    {
        var weights = SyntheticWeights.Create(s_vit);
        CheckpointWriter.WriteZip(_folder.File("tiny.pth"), weights.Tensors.Select(t => t with { Name = $"module.{t.Name.Replace(".mlp.0.", ".mlp.linear_1.").Replace(".mlp.3.", ".mlp.linear_2.")}" }));

        AssertEqual(weights, Checkpoint.Load(_folder.File("tiny.pth")));
    }

    [Theory]
    [InlineData("resnet18", "layer3.", "its ResNet has 2, 2, 0, 2 blocks in its stages")]
    [InlineData("resnet18", "fc.weight", "fc.weight")]
    [InlineData("vit", "encoder.layers.encoder_layer_1.ln_2.bias", "encoder.layers.encoder_layer_1.ln_2.bias")]
    public void Load_PartsMissing_AreNamed(string name, string missing, string message)
    {
        CheckpointWriter.WriteSafetensors(_folder.File("tiny.safetensors"), SyntheticWeights.Create(Config(name)).Tensors.Where(t => !t.Name.StartsWith(missing)));

        CheckpointFormatTests.Refused(_folder.File("tiny.safetensors"), message);
    }

    [Fact]
    public void Load_PositionsThatAreNoSquare_AreRefused()
    {
        CheckpointWriter.WriteSafetensors(_folder.File("tiny.safetensors"), SyntheticWeights.Create(s_vit).Tensors
            .Select(t => t.Name == "encoder.pos_embedding" ? new(t.Name, [1, 16, 128], t.Data[..(16 * 128)]) : t));

        CheckpointFormatTests.Refused(_folder.File("tiny.safetensors"), "16 tokens, which are no square of patches and a class token");
    }

    static ClassifierConfig Config(string name) => name switch { "resnet18" => s_resNet, "resnet50" => s_bottlenecks, _ => s_vit };

    static ClassifierConfig Official(string name) => name == "resnet50" ? ResNetConfig.ResNet50 : VitConfig.VitB16;

    static void AssertEqual(WeightStore expected, WeightStore actual)
    {
        Assert.Equal(expected.Model with { Name = "" }, actual.Model with { Name = "" });
        Assert.Equal(expected.Tensors.Select(t => t.Name), actual.Tensors.Select(t => t.Name));
        Assert.All(expected.Tensors, t => Assert.Equal(t.Data, actual[t.Name].Data));
    }

    /// <summary>The way back, written apart from the reader's map: as <c>ResNetForImageClassification</c> and <c>ViTForImageClassification</c> store a tensor.</summary>
    static IEnumerable<WeightTensor> HuggingFace(WeightTensor tensor)
    {
        if (tensor.Name.Contains(".in_proj_"))
        {
            var third = tensor.Data.Length / 3;
            long[] shape = [tensor.Shape[0] / 3, .. tensor.Shape.Skip(1)];
            return ((string[])["query", "key", "value"]).Select((part, i) => new WeightTensor(
                Vit(tensor.Name.Replace("self_attention.in_proj_", $"attention.attention.{part}.")), shape, tensor.Data[(i * third)..((i + 1) * third)]));
        }

        return [tensor with { Name = Regex.IsMatch(tensor.Name, "^(class_token|conv_proj|encoder|heads)") ? Vit(tensor.Name) : ResNet(tensor.Name) }];
    }

    static string Vit(string name) => Rename(
        name,
        (@"^class_token$", "vit.embeddings.cls_token"),
        (@"^conv_proj\.", "vit.embeddings.patch_embeddings.projection."),
        (@"^encoder\.pos_embedding$", "vit.embeddings.position_embeddings"),
        (@"^encoder\.ln\.", "vit.layernorm."),
        (@"^heads\.head\.", "classifier."),
        (@"^encoder\.layers\.encoder_layer_", "vit.encoder.layer."),
        (@"\.self_attention\.out_proj\.", ".attention.output.dense."),
        (@"\.mlp\.0\.", ".intermediate.dense."),
        (@"\.mlp\.3\.", ".output.dense."),
        (@"\.ln_1\.", ".layernorm_before."),
        (@"\.ln_2\.", ".layernorm_after."));

    static string ResNet(string name) => Rename(
        Regex.Replace(name, @"^layer(\d)\.(\d+)\.(?:(conv|bn)(\d)|downsample\.([01]))\.", match => $"resnet.encoder.stages.{match.Groups[1].Value[0] - '1'}.layers.{match.Groups[2].Value}."
            + (match.Groups[5].Success ? "shortcut." : $"layer.{match.Groups[4].Value[0] - '1'}.") + (match.Groups[3].Value == "conv" || match.Groups[5].Value == "0" ? "convolution." : "normalization.")),
        (@"^conv1\.", "resnet.embedder.embedder.convolution."),
        (@"^bn1\.", "resnet.embedder.embedder.normalization."),
        (@"^fc\.", "classifier.1."));

    static string Rename(string name, params (string Pattern, string Replacement)[] rules) => rules.Aggregate(name, (text, rule) => Regex.Replace(text, rule.Pattern, rule.Replacement));
}
