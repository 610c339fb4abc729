namespace DetrPerfLab.Tests.Models;

/// <summary>Whole DETR state dicts on the smallest backbone, written and read back. Weights are moved, never computed with: all comparisons are exact.</summary>
public sealed class CheckpointTests : IDisposable
{
    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Load_Zip_GivesTheWeightsInEitherByteOrder(bool bigEndian)
    {
        var path = _folder.File("tiny.pth");
        CheckpointWriter.WriteZip(path, TinyDetr.Weights.Tensors, bigEndian);
        TinyDetr.AssertIn(Checkpoint.Load(path), path);
    }

    [Theory]
    [InlineData("timm")]
    [InlineData("transformers")]
    public void Load_HuggingFaceNames_GivesTheOfficialOnes(string backbone)
    {
        var path = _folder.File("tiny.safetensors");
        CheckpointWriter.WriteSafetensors(path, TinyDetr.Weights.Tensors.SelectMany(t => HuggingFaceTensors.From(t, backbone == "timm")));
        TinyDetr.AssertIn(Checkpoint.Load(path), path);
    }

    [Fact]
    public void Load_NumBatchesTrackedAndDataParallelPrefix_AreDropped()
    {
        var path = _folder.File("tiny.safetensors");
        CheckpointWriter.WriteSafetensors(path, TinyDetr.Weights.Tensors
            .Append(new("backbone.0.body.bn1.num_batches_tracked", [1], [3]))
            .Select(t => t with { Name = $"module.{t.Name}" }));
        TinyDetr.AssertIn(Checkpoint.Load(path), path);
    }

    [Fact]
    public void Load_MissingExtraAndMisshaped_AreNamed()
    {
        var path = _folder.File("tiny.safetensors");
        CheckpointWriter.WriteSafetensors(path, TinyDetr.Weights.Tensors
            .Where(t => t.Name != "transformer.decoder.norm.bias")
            .Append(new("depth_head.weight", [1], [0]))
            .Select(t => t.Name == "input_proj.bias" ? new(t.Name, [2], [0, 0]) : t));
        var mistake = Assert.Throws<LabException>(() => Checkpoint.Load(path));
        Assert.Equal(ExitCode.BadInput, mistake.ExitCode);
        Assert.Contains("missing transformer.decoder.norm.bias; unknown depth_head.weight; wrong shape input_proj.bias [2], needed [16]", mistake.Message);
    }

    [Fact]
    public void Load_OneProjectionOfThreeMissing_IsNamed()
    {
        var path = _folder.File("tiny.safetensors");
        CheckpointWriter.WriteSafetensors(path, TinyDetr.Weights.Tensors.SelectMany(t => HuggingFaceTensors.From(t, timm: true))
            .Where(t => t.Name != "model.encoder.layers.0.self_attn.k_proj.weight"));
        CheckpointFormatTests.Refused(path, "a part of 'transformer.encoder.layers.0.self_attn.in_proj_weight' (q_proj, k_proj, v_proj)");
    }

    [Theory]
    [InlineData("detr-dc5.safetensors", null, true)]
    [InlineData("detr.safetensors", null, false)]
    [InlineData("detr.safetensors", true, true)]
    [InlineData("detr-dc5.safetensors", false, false)]
    public void Load_Dilation_ComesFromTheOptionElseTheFileName(string name, bool? option, bool expected)
    {
        var path = _folder.File(name);
        CheckpointWriter.WriteSafetensors(path, TinyDetr.Weights.Tensors);
        Assert.Equal(expected, Checkpoint.Load(path, option).Config.Dilation);
    }

    /// <summary>No shape shows it; the file that the lab writes says it, whatever it is called.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Load_WrittenByTheLab_KnowsDilation(bool dilation)
    {
        var path = _folder.File("model.safetensors");
        SafetensorsWriter.Save(new(TinyDetr.Config with { Dilation = dilation }, TinyDetr.Weights.Tensors, "test", ""), path);
        Assert.Equal(dilation, Checkpoint.Load(path).Config.Dilation);
    }

    [Fact]
    public void Load_HeadsThatDoNotDivideTheWidth_IsRefused()
    {
        var path = _folder.File("tiny.safetensors");
        CheckpointWriter.WriteSafetensors(path, SyntheticWeights.Create(TinyDetr.Config with { HiddenDim = 20 }).Tensors);
        CheckpointFormatTests.Refused(path, "hidden size 20 cannot be split into 8");
    }

    [Fact]
    public void Load_HeadsOfTheSavedOptions_AreKeptWhereTheyDivideTheWidth()
    {
        var path = _folder.File("tiny.pth");
        CheckpointWriter.WriteZip(path, TinyDetr.Weights.Tensors, heads: 4);
        Assert.Equal(4, Checkpoint.Load(path).Config.Heads);
        CheckpointWriter.WriteZip(path, TinyDetr.Weights.Tensors, heads: 3);
        CheckpointFormatTests.Refused(path, "hidden size 16 cannot be split into 3");
    }

    [Theory]
    [InlineData(34)]
    [InlineData(50)]
    [InlineData(101)]
    [InlineData(152)]
    public void Infer_ShapesOfAnyBackbone_GiveTheConfigBack(int depth)
    {
        var config = DetrConfig.DetrR50 with { Name = "m", BackboneDepth = depth, EncoderLayers = 3, Queries = 17, Classes = 250, HiddenDim = 320, BoxHeadLayers = 4 };
        var weights = DetrStateDict.Describe(config).ToDictionary(spec => spec.Name, spec => new CollectedWeight([], [.. spec.Shape]));
        using var file = AnyFile("m.pth");
        Assert.Equal(config, DetrShapes.Infer(file, weights));
    }

    [Fact]
    public void Infer_BackboneThatIsNoResNet_SaysWhatItHas()
    {
        var weights = DetrStateDict.Describe(DetrConfig.DetrR50)
            .Where(spec => !spec.Name.StartsWith("backbone.0.body.layer3.5", StringComparison.Ordinal))
            .ToDictionary(spec => spec.Name, spec => new CollectedWeight([], [.. spec.Shape]));
        using var file = AnyFile("m.pth");
        var mistake = Assert.Throws<LabException>(() => DetrShapes.Infer(file, weights));
        Assert.Contains("3, 4, 5, 3 blocks of three convolutions", mistake.Message);
    }

    CheckpointFile AnyFile(string name)
    {
        File.WriteAllText(_folder.File(name), "");
        return CheckpointFile.Open(_folder.File(name));
    }
}
