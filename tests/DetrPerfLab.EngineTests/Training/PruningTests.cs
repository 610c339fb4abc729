using DetrPerfLab.EngineTests.Cli;
using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Training;

/// <summary>Channels go whole; what is left is a checkpoint that every engine runs.</summary>
[Collection(nameof(Alone))] // libtorch's threads are of the process
public class PruningTests
{
    static readonly DetrConfig s_basic = TrainingOptions.Mini with { Name = "basic", BackboneWidth = 32, HiddenDim = 32, FeedForwardDim = 64, EncoderLayers = 1, DecoderLayers = 2, Queries = 10 };
    static readonly DetrConfig s_bottleneck = s_basic with { Name = "bottleneck", BackboneDepth = 50 };

    public static TheoryData<string> Shapes => ["basic", "bottleneck"];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Prune_ChannelsThatNobodyHears_ChangesNoOutput(string shape)
    {
        var weights = SyntheticWeights.Create(ConfigOf(shape));
        // Every other channel of every group is silenced where it is taken; those go first.
        foreach (var group in ChannelGroup.Of(weights.Config))
        {
            var taker = weights[$"{group.Taker}.weight"];
            var step = taker.Data.Length / (int)taker.Shape[0] / group.Channels;
            for (var i = 0; i < taker.Data.Length; i++) { taker.Data[i] = i / step % group.Channels % 2 == 1 ? 0 : taker.Data[i]; }
        }

        double[][] importance = [.. ChannelGroup.Of(weights.Config).Select(g => Enumerable.Range(0, g.Channels).Select(c => c % 2 == 1 ? 0.0 : 1.0).ToArray())];
        var pruned = ChannelPruner.Prune(weights, 0.5, importance);
        Assert.All(ChannelGroup.Of(weights.Config).Zip(ChannelGroup.Of(pruned.Config)), g => Assert.Equal(Math.Max(16, g.First.Channels / 2), g.Second.Channels));
        // Groups of sixteen keep all of theirs, silenced or not.
        var (before, after) = (OutputsOf(weights, "torch-fp32"), OutputsOf(pruned, "torch-fp32"));
        for (var i = 0; i < before.Length; i++) { Assert.Equal(before[i], after[i], 1e-4f); }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Prune_AnyModel_IsACheckpointThatEveryEngineRunsAlike(string shape)
    {
        using var folder = new TempFolder();
        var weights = SyntheticWeights.Create(ConfigOf(shape));
        var pruned = ChannelPruner.Prune(weights, 0.4, ChannelPruner.ByScale(weights));
        SafetensorsWriter.Save(pruned, folder.File("pruned.safetensors"));
        var read = Checkpoint.Load(folder.File("pruned.safetensors"));
        Assert.Equal(ChannelGroup.Of(pruned.Config), ChannelGroup.Of(read.Config));
        Assert.All(pruned.Tensors, t => Assert.Equal(t.Data, read[t.Name].Data));
        Assert.InRange(pruned.Tensors.Sum(t => t.Data.Length), 1, weights.Tensors.Sum(t => t.Data.Length) - 1);

        var expected = OutputsOf(read, "torch-fp32");
        foreach (var variant in (string[])["ort-fp32", "torchscript-fp32", "torch-fp32-fused"])
        {
            var outputs = OutputsOf(read, variant);
            for (var i = 0; i < expected.Length; i++) { Assert.Equal(expected[i], outputs[i], 1e-3f); }
        }
    }

    [Theory]
    [InlineData(64, 0.5, 32)]
    [InlineData(64, 0.2, 48)] // 51.2: a multiple of sixteen
    [InlineData(16, 0.9, 16)]
    [InlineData(5, 0.9, 5)]
    [InlineData(2048, 0.95, 96)]
    public void Kept_IsAMultipleOfSixteen(int channels, double ratio, int kept) => Assert.Equal(kept, ChannelPruner.Kept(channels, ratio));

    /// <summary>What the loss does not feel is told from what it does.</summary>
    [Fact]
    public void Taylor_SilencedChannel_HasNoImportance()
    {
        using var model = new TrainableDetr(s_basic, groups: 1, seed: 1);
        var weights = model.ToStore(model.ValueOf, "test");
        foreach (var taker in (string[])["transformer.encoder.layers.0.linear2", "backbone.0.body.layer2.1.conv2"])
        {
            var tensor = weights[$"{taker}.weight"];
            var (channels, step) = ((int)tensor.Shape[1], tensor.Data.Length / (int)tensor.Shape[0] / (int)tensor.Shape[1]);
            for (var i = 0; i < tensor.Data.Length; i++) { tensor.Data[i] = i / step % channels == 3 ? 0 : tensor.Data[i]; }
        }

        var importance = TaylorImportance.Of(weights, 16, (_, _) => { }, default);
        foreach (var (group, values) in ChannelGroup.Of(weights.Config).Zip(importance))
        {
            Assert.Contains(values, v => v > 0);
            if (group.Taker is "transformer.encoder.layers.0.linear2" or "backbone.0.body.layer2.1.conv2") { Assert.Equal(0, values[3]); }
        }
    }

    /// <summary>The commands: pruned, then trained on.</summary>
    [Fact]
    public void Prune_ThenTrainOn_GoesOnWithThePrunedShapes()
    {
        using var folder = new TempFolder();
        using (var model = new TrainableDetr(s_basic, groups: 1, seed: 1)) { TrainedModels.Save(model.ToStore(model.ValueOf, "test"), folder.File("whole")); }
        var prune = CliRun.Of("prune", "--model", folder.File("whole/model.safetensors"), "--ratio", "0.5", "--importance", "taylor", "--scenes", "16", "--out", folder.File("pruned"));
        Assert.True(prune.ExitCode == 0, prune.Error);
        Assert.Contains("million weights stay", prune.Output);
        Assert.Equal(File.ReadAllText(folder.File("whole/config.json")), File.ReadAllText(folder.File("pruned/config.json")));

        var train = CliRun.Of("train", "mini", "--from", folder.File("pruned/model.safetensors"), "--steps", "2", "--batch", "1", "--scenes", "2", "--out", folder.File("tuned"));
        Assert.True(train.ExitCode == 0, train.Error);
        Assert.Equal(Checkpoint.Load(folder.File("pruned/model.safetensors")).Config.InnerChannels, Checkpoint.Load(folder.File("tuned/model.safetensors")).Config.InnerChannels);

        var classifier = CliRun.Of("prune", "--model", "resnet50-synthetic", "--ratio", "0.5", "--out", folder.File("no"));
        Assert.Equal(2, classifier.ExitCode);
        Assert.Contains("is no DETR", classifier.Error);
    }

    /// <summary>Of three encoder and four decoder layers stay the first; and the first, and the last. What they were is in their weights.</summary>
    [Fact]
    public void Halve_ThreeAndFourLayers_KeepsTheirWeights()
    {
        var weights = SyntheticWeights.Create(s_basic with { EncoderLayers = 3, DecoderLayers = 4 });
        var half = LayerPruner.Halve(weights);
        Assert.Equal(weights.Config with { Name = "basic_student", BackboneDepth = 10, EncoderLayers = 1, DecoderLayers = 2 }, half.Config);
        Assert.Equal(half.Config.Describe().Select(s => s.Name), half.Tensors.Select(t => t.Name));
        Assert.Same(weights["transformer.encoder.layers.0.linear1.weight"].Data, half["transformer.encoder.layers.0.linear1.weight"].Data);
        Assert.Same(weights["transformer.decoder.layers.0.linear1.weight"].Data, half["transformer.decoder.layers.0.linear1.weight"].Data);
        Assert.Same(weights["transformer.decoder.layers.3.linear1.weight"].Data, half["transformer.decoder.layers.1.linear1.weight"].Data);
        Assert.Same(weights["backbone.0.body.layer4.0.conv1.weight"].Data, half["backbone.0.body.layer4.0.conv1.weight"].Data);

        var pruned = ChannelPruner.Prune(weights, 0.5, ChannelPruner.ByScale(weights));
        Assert.Contains("has lost channels", Assert.Throws<LabException>(() => LayerPruner.Halve(pruned)).Message);
    }

    [Fact]
    public void Train_StudentFromAModel_BeginsWithHalfOfItsLayers()
    {
        using var folder = new TempFolder();
        TrainedModels.Save(SyntheticWeights.Create(s_basic with { Classes = Scene.Classes.Count }), folder.File("whole"));
        var train = CliRun.Of("train", "student", "--from", folder.File("whole/model.safetensors"), "--steps", "1", "--batch", "1", "--scenes", "2", "--learning-rate", "1e-7", "--out", folder.File("student"));
        Assert.True(train.ExitCode == 0, train.Error);
        var (whole, student) = (Checkpoint.Load(folder.File("whole/model.safetensors")), Checkpoint.Load(folder.File("student/model.safetensors")));
        Assert.Equal((10, 1, 1), (student.Config.BackboneDepth, student.Config.EncoderLayers, student.Config.DecoderLayers));
        const string Kept = "transformer.decoder.layers.0.linear1.weight";
        Assert.All(whole[Kept].Data.Zip(student[Kept].Data), pair => Assert.Equal(pair.First, pair.Second, 1e-3f)); // half precision
    }

    static DetrConfig ConfigOf(string shape) => shape == "basic" ? s_basic : s_bottleneck;

    static float[] OutputsOf(WeightStore weights, string variant)
    {
        using var folder = new TempFolder();
        var model = new VariantModel(weights.Config.Name, weights.Sha256, () => weights, TrainedModels.Of(weights).Use) { Config = weights.Config };
        var inputs = SyntheticImages.CreateBatch(new ImageSize(64, 96));
        using var opened = VariantRegistry.Get(variant).Create(model, new() { Threads = 1 }, new(folder.Path));
        var outputs = opened.Engine.AllocateOutputs(inputs);
        opened.Engine.Run(inputs, outputs);
        return [.. outputs["logits"].Floats, .. outputs["pred_boxes"].Floats];
    }
}
