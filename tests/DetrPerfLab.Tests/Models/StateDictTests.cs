using FsCheck;
using FsCheck.Fluent;

namespace DetrPerfLab.Tests.Models;

/// <summary>Where weights lie in the files of training scripts: wrappers, prefixes, several models in one file. Tensors have one element, and each its own.</summary>
public sealed class StateDictTests : IDisposable
{
    static readonly string[] s_prefixes = ["module.", "model.", "_orig_mod.", "ema.", "detr."];

    /// <summary>Names of each kind of model that is built: by DETR's authors, by Hugging Face with either backbone, torchvision's.</summary>
    static readonly WeightTensor[][] s_models =
    [
        [.. Numbered(TinyDetr.Config)],
        [.. Numbered(TinyDetr.Config).SelectMany(t => HuggingFaceTensors.From(t, timm: true))],
        [.. Numbered(TinyDetr.Config).SelectMany(t => HuggingFaceTensors.From(t, timm: false))],
        [.. Numbered(ResNetConfig.ResNet50)],
        [.. Numbered(VitConfig.VitB16)],
    ];

    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_AnyNestingOfPrefixes_GivesTheSameTensors() =>
        Prop.ForAll(
            (from depth in Gen.Choose(0, 4)
             from prefixes in Gen.ArrayOf(Gen.Elements(s_prefixes), depth)
             from model in Gen.Elements(s_models)
             select (Prefix: string.Concat(prefixes), Model: model)).ToArbitrary(),
            sample => Same(sample.Model, Read(CheckpointWriter.DictOf(sample.Model, sample.Prefix)))).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("state_dict")]
    [InlineData("model")]
    [InlineData("model_state_dict")]
    [InlineData("ema")]
    [InlineData("model_ema")]
    [InlineData("net")]
    [InlineData("anything")]
    [InlineData("ema", "module")]
    [InlineData("checkpoint", "models", "student", "state_dict")]
    public void Read_Wrapper_IsLookedInto(params string[] keys)
    {
        (string, object?)[] root = CheckpointWriter.DictOf(s_models[0], "module.");
        foreach (var key in keys.Reverse()) { root = [("epoch", 3L), ("optimizer", new PythonObject("torch.optim.adamw", "AdamW")), (key, root)]; }
        Assert.True(Same(s_models[0], Read(root)));
        Assert.Contains("names behind 'module.'", NoteOf(root));
        if (keys is not ["model"]) { Assert.Contains($"weights under '{string.Join(" > ", keys)}'", NoteOf(root)); }
    }

    [Fact]
    public void Read_Lightning_TakesItsOptionsToo()
    {
        (string, object?)[] root =
        [
            ("epoch", 3L), ("pytorch-lightning_version", "2.1.0"), ("state_dict", CheckpointWriter.DictOf(s_models[0], "model.")),
            ("callbacks", new[] { ("best", (object?)new PythonObject("torch", "device")) }), ("hyper_parameters", new[] { ("nheads", (object?)4L), ("lr", "1e-4") }),
        ];
        Assert.True(Same(s_models[0], Read(root)));
        Assert.Equal("weights under 'state_dict'; names behind 'model.'", NoteOf(root));
        using var file = CheckpointFile.Open(File1);
        Assert.Equal(4, Checkpoint.ReadContents(file).Heads);
    }

    [Theory]
    [InlineData("ema")]
    [InlineData("model_ema")]
    [InlineData("ema_model")]
    public void Read_PlainAndAveraged_TakesTheAveragedAndSaysWhy(string key)
    {
        (string, object?)[] root = [("model", CheckpointWriter.DictOf(Others(s_models[0]))), (key, new[] { ("module", (object?)CheckpointWriter.DictOf(s_models[0])) })];
        Assert.True(Same(s_models[0], Read(root)));
        Assert.Equal($"taken are the averaged weights under '{key} > module', since authors evaluate those; others lie under 'model'", NoteOf(root));
    }

    [Fact]
    public void Read_AveragedByPrefix_IsTakenAndSaid()
    {
        (string, object?)[] root = [.. CheckpointWriter.DictOf(Others(s_models[0]), "model."), .. CheckpointWriter.DictOf(s_models[0], "ema_model.")];
        Assert.True(Same(s_models[0], Read(root)));
        Assert.Contains("averaged weights behind 'ema_model.', since authors evaluate those; others lie behind 'model.'", NoteOf(root));
    }

    [Fact]
    public void Read_AveragedWithoutSomeTensors_YieldsToThePlainAndSaysWhy()
    {
        // An average of parameters alone lacks the statistics of normalisation.
        var parameters = Others(s_models[0]).Where(t => !t.Name.Contains("running_")).ToArray();
        (string, object?)[] root = [("ema", CheckpointWriter.DictOf(parameters)), ("model", CheckpointWriter.DictOf(s_models[0]))];
        Assert.True(Same(s_models[0], Read(root)));
        Assert.Equal($"taken are the weights under 'model', since more of their names fit ({s_models[0].Length} to {parameters.Length}); others lie under 'ema'", NoteOf(root));
    }

    [Theory]
    [InlineData("schema")]
    [InlineData("memory")]
    [InlineData("remap")]
    public void Read_KeyThatHoldsTheLettersEma_IsNoAverage(string key)
    {
        (string, object?)[] root = [("first", CheckpointWriter.DictOf(s_models[0])), (key, CheckpointWriter.DictOf(Others(s_models[0])))];
        Assert.True(Same(s_models[0], Read(root)));
        Assert.Contains("the first of 2 that fit equally well", NoteOf(root));
    }

    [Theory]
    [InlineData("detr.", "")]
    [InlineData("", "")]
    [InlineData("module.detr.", "module.")]
    public void Read_SegmentationHead_IsPassedOverAndSaid(string prefix, string headPrefix)
    {
        WeightTensor[] head = [new($"{headPrefix}mask_head.lay1.weight", [1], [0]), new($"{headPrefix}bbox_attention.q_linear.weight", [1], [0]), new("criterion.empty_weight", [1], [0])];
        (string, object?)[] root = [("model", (object?)(((string, object?)[])[.. CheckpointWriter.DictOf(s_models[0], prefix), .. CheckpointWriter.DictOf(head)]))];
        Assert.True(Same(s_models[0], Read(root)));
        Assert.EndsWith("passed over: 2 tensors of a segmentation head; passed over: 1 tensor of a loss", NoteOf(root));
    }

    [Fact]
    public void Read_TensorThatOnlyPythonCanMake_IsNamedWhereItIsNeeded()
    {
        var made = new PythonObject("torch._utils", "_rebuild_sparse_tensor");
        Assert.True(Same(s_models[0], Read([.. CheckpointWriter.DictOf(s_models[0]), ("step", made)])));
        CheckpointWriter.WriteTree(File1, [.. CheckpointWriter.DictOf(s_models[0][1..]), (s_models[0][0].Name, made)]);
        CheckpointFormatTests.Refused(File1, $"tensor '{s_models[0][0].Name}' is made by the Python object 'torch._utils._rebuild_sparse_tensor'");
    }

    [Theory]
    [InlineData("model")]
    [InlineData("ema", "module")]
    [InlineData("anything")]
    public void Read_ModelSavedWhole_IsRefusedByItsClass(params string[] keys)
    {
        (string, object?)[] root = [(keys[^1], new PythonObject("models.detr", "DETR"))];
        foreach (var key in keys.SkipLast(1).Reverse()) { root = [(key, root)]; }
        CheckpointWriter.WriteTree(File1, [("lr_scheduler", new PythonObject("collections", "Counter")), .. root]);
        CheckpointFormatTests.Refused(File1, keys is ["anything"] ? "the Python object 'collections.Counter'" : $"under '{string.Join(" > ", keys)}' it holds the Python object 'models.detr.DETR'");
    }

    [Fact]
    public void Read_ModelSavedWholeBesideOtherTensors_IsRefusedByItsClass()
    {
        CheckpointWriter.WriteTree(File1, [("model", new PythonObject("models.detr", "DETR")), ("statistics", new[] { ("mean", (object?)new WeightTensor("mean", [1], [0])) })]);
        CheckpointFormatTests.Refused(File1, "'models.detr.DETR'");
    }

    [Fact]
    public void Load_SomeNamesOfADetr_SaysWhatLacksAndWhatFitsNothing()
    {
        CheckpointWriter.WriteTree(File1, CheckpointWriter.DictOf([.. s_models[0].Where(t => !t.Name.StartsWith("backbone")), new("backbone.layers.0.blocks.0.attn.qkv.weight", [1], [0])], "model."));
        CheckpointFormatTests.Refused(File1, "its backbone has 0, 0, 0, 0 blocks");
        CheckpointFormatTests.Refused(File1, "Names that belong to no model here: backbone.layers.0.blocks.0.attn.qkv.weight. It was read so: names behind 'model.'.");
    }

    [Fact]
    public void Load_NamesOfNoModel_SaysTheFirstAndWhatWasExpected()
    {
        CheckpointWriter.WriteTree(File1, [("model", CheckpointWriter.DictOf([.. Enumerable.Range(0, 9).Select(i => new WeightTensor($"blocks.{i}.attn.qkv.weight", [1], [0]))]))]);
        CheckpointFormatTests.Refused(File1, "names of no model that is built here: blocks.0.attn.qkv.weight, blocks.1.attn.qkv.weight, blocks.2.attn.qkv.weight, blocks.3.attn.qkv.weight, blocks.4.attn.qkv.weight and 4 more. Expected: names such as transformer.encoder");
    }

    string File1 => _folder.File("m.pth");

    IReadOnlyList<WeightTensor> Read((string, object?)[] root)
    {
        CheckpointWriter.WriteTree(File1, root);
        return CheckpointFormatTests.ReadTensors(File1);
    }

    string? NoteOf((string, object?)[] root)
    {
        CheckpointWriter.WriteTree(File1, root);
        using var file = CheckpointFile.Open(File1);
        return Checkpoint.ReadContents(file).Note;
    }

    /// <summary>A tensor of one element for each of a model's; three where Hugging Face splits it.</summary>
    static IEnumerable<WeightTensor> Numbered(ModelConfig config) => config.Describe().Select((spec, i) =>
        spec.Name.Contains(".in_proj_") ? new WeightTensor(spec.Name, [3], [3 * i, (3 * i) + 1, (3 * i) + 2]) : new WeightTensor(spec.Name, [1], [3 * i]));

    static WeightTensor[] Others(IEnumerable<WeightTensor> tensors) => [.. tensors.Select(t => t with { Data = [.. t.Data.Select(v => -1 - v)] })];

    /// <summary>All values, whatever names and joins they have: each occurs once.</summary>
    static bool Same(IEnumerable<WeightTensor> expected, IReadOnlyList<WeightTensor> found) =>
        expected.SelectMany(t => t.Data).Order().SequenceEqual(found.SelectMany(t => t.Data).Order())
        && found.All(t => KnownNames.IsKnown(t.Name) && s_officialNames.Contains(t.Name));

    static readonly HashSet<string> s_officialNames = [.. ((ModelConfig[])[TinyDetr.Config, ResNetConfig.ResNet50, VitConfig.VitB16]).SelectMany(c => c.Describe()).Select(s => s.Name)];
}
