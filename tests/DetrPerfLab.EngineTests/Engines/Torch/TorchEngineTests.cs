using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Engines;

public class TorchEngineTests
{
    /// <summary>Another order of summation changes the last bits of values up to about 10, over some twenty layers.</summary>
    const double SameArithmetic = 1e-4;

    [Theory]
    [InlineData("torch-naive")]
    [InlineData("torch-fp32-channels-last")]
    [InlineData("torchscript-fp32")]
    [InlineData("torch-fp32-fused")]
    public void Run_AnotherWayToComputeFloat32_Agrees(string variant)
    {
        var inputs = SyntheticImages.CreateBatch(new(64, 96), new(50, 70));
        var expected = TorchCases.Run("torch-fp32", inputs);

        var actual = TorchCases.Run(variant, inputs);

        Assert.InRange(TorchCases.MaxDifference(actual.Logits, expected.Logits), 0, SameArithmetic);
        Assert.InRange(TorchCases.MaxDifference(actual.Boxes, expected.Boxes), 0, SameArithmetic);
    }

    [Theory]
    [InlineData("torch-bf16", 0.3)] // 8 bits of mantissa: 0.4 % an operation, over some forty operations, on logits up to about 4
    [InlineData("torch-bf16-fused", 0.3)]
    [InlineData("torch-int8-static", 0.6)] // 8 bits for the convolutions
    [InlineData("torch-int8-dynamic", 0.3)] // 8 bits for weights and activations of the transformer
    public void Run_ReducedPrecision_StaysNearFloat32(string variant, double tolerance)
    {
        var inputs = SyntheticImages.CreateBatch(new ImageSize(64, 96));
        var expected = TorchCases.Run("torch-fp32", inputs);

        var actual = TorchCases.Run(variant, inputs);

        Assert.InRange(TorchCases.MaxDifference(actual.Logits, expected.Logits), 1e-6, tolerance); // 0 would mean that float32 ran
        Assert.InRange(TorchCases.MaxDifference(actual.Boxes, expected.Boxes), 1e-7, tolerance / 5);
    }

    [Theory]
    [InlineData("torchscript-fp32", SameArithmetic)]
    [InlineData("torch-fp32-fused", SameArithmetic)]
    [InlineData("torch-bf16-fused", 0.3)]
    [InlineData("torch-int8-static", 0.6)]
    public void Run_TorchScript_ServesEverySizeWithOneArchive(string variant, double tolerance)
    {
        using var eager = TorchCases.Create("torch-fp32");
        using var script = TorchCases.Create(variant);
        foreach (var inputs in new[]
        {
            SyntheticImages.CreateBatch(new ImageSize(33, 31)),
            SyntheticImages.CreateBatch(new ImageSize(160, 97)),
            SyntheticImages.CreateBatch(new(96, 64), new(64, 128), new(40, 40)),
        })
        {
            var (expected, actual) = (TorchCases.Run(eager, inputs), TorchCases.Run(script, inputs));
            Assert.InRange(TorchCases.MaxDifference(actual.Logits, expected.Logits), 0, tolerance);
            Assert.InRange(TorchCases.MaxDifference(actual.Boxes, expected.Boxes), 0, tolerance);
        }
    }

    [Fact]
    public void Run_MorePaddingBeyondTheFiltersReach_ChangesNothing()
    {
        // As in the original, features near an image's edge see the padding through the convolutions, so that a padded image is not exactly
        // the bare one. What attention and positions must not see is how much padding there is: both canvases below end outside the
        // receptive field (435 pixels) of the first image's last column of features.
        var narrow = SyntheticImages.CreateBatch(new(64, 96), new(64, 320));
        var wide = SyntheticImages.CreateBatch(new(64, 96), new(64, 480));

        var (first, second) = (TorchCases.Run("torch-fp32", narrow), TorchCases.Run("torch-fp32", wide));

        var logits = TorchCases.SmallConfig.Queries * (TorchCases.SmallConfig.Classes + 1);
        Assert.InRange(TorchCases.MaxDifference(second.Logits.AsSpan(0, logits), first.Logits.AsSpan(0, logits)), 0, SameArithmetic);
        // The second image really differs: its own width changed.
        Assert.True(TorchCases.MaxDifference(second.Logits.AsSpan(logits), first.Logits.AsSpan(logits)) > 1e-3);
    }

    [Fact]
    public void Run_EqualImagesInABatch_GiveWhatEachGivesAlone()
    {
        var (size, config) = (new ImageSize(64, 96), TorchCases.SmallConfig);
        var pair = SyntheticImages.CreateBatch(size, size);
        var batch = TorchCases.Run("torch-fp32", pair);
        for (var i = 0; i < 2; i++)
        {
            var alone = SyntheticImages.CreateBatch(size);
            pair["pixel_values"].Floats.Slice(i * alone["pixel_values"].Count, alone["pixel_values"].Count).CopyTo(alone["pixel_values"].Floats);
            var single = TorchCases.Run("torch-fp32", alone);
            var logits = config.Queries * (config.Classes + 1);
            Assert.InRange(TorchCases.MaxDifference(batch.Logits.AsSpan(i * logits, logits), single.Logits), 0, SameArithmetic);
        }
    }

    [Theory]
    [InlineData(34, false, 2)]
    [InlineData(50, true, 4)]
    public void RunStages_OtherBackbones_HaveTheirResolutionAndWidth(int depth, bool dilation, int rows)
    {
        var config = TorchCases.SmallConfig with { BackboneDepth = depth, Dilation = dilation };
        var inputs = SyntheticImages.CreateBatch(new ImageSize(64, 96));
        using var engine = EagerEngine.Create("torch-fp32", SyntheticWeights.Create(config), TorchCases.OneThread);
        var outputs = TensorSet.AllocateOutputs(engine.Inputs, inputs, engine.Outputs);

        var stages = Assert.IsAssignableFrom<IStagedEngine>(engine).RunStages(inputs, outputs);

        Assert.Equal(["backbone_feature", "position_encoding", "encoder_memory"], stages.Select(s => s.Name));
        Assert.Equal([1, config.Backbone.Channels, rows, rows * 3 / 2], stages[0].Shape.ToArray());
        Assert.Equal([1, config.HiddenDim, rows, rows * 3 / 2], stages[2].Shape.ToArray());
        Assert.All(outputs["pred_boxes"].Floats.ToArray(), value => Assert.InRange(value, 0, 1));
    }

    /// <summary>Weights that were trained with a stride see the same without it: at every second place, what they saw; and more between.</summary>
    [Theory]
    [InlineData(18)]
    [InlineData(50)]
    public void RunStages_Dilated_SeesAtEverySecondPlaceWhatTheStrideLeft(int depth)
    {
        var config = TorchCases.SmallConfig with { BackboneDepth = depth };
        var (strided, dilated) = (Features(config), Features(config with { Dilation = true }));
        Assert.Equal([1, config.Backbone.Channels, 2, 3], strided.Shape.ToArray());
        Assert.Equal([1, config.Backbone.Channels, 4, 6], dilated.Shape.ToArray());
        for (var channel = 0; channel < config.Backbone.Channels; channel++)
        {
            for (var (row, column) = (0, 0); row < 2; (row, column) = column < 2 ? (row, column + 1) : (row + 1, 0))
            {
                Assert.Equal(strided.Floats[(((channel * 2) + row) * 3) + column], dilated.Floats[(((channel * 4) + (2 * row)) * 6) + (2 * column)], SameArithmetic);
            }
        }

        static HostTensor Features(DetrConfig config)
        {
            var inputs = SyntheticImages.CreateBatch(new ImageSize(64, 96));
            using var engine = EagerEngine.Create("torch-fp32", SyntheticWeights.Create(config), TorchCases.OneThread);
            return ((IStagedEngine)engine).RunStages(inputs, TensorSet.AllocateOutputs(engine.Inputs, inputs, engine.Outputs))[0];
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Forward_GradientsOption_DecidesWhetherAutogradRecords(bool gradients)
    {
        using var model = new EagerDetr(TorchCases.SmallWeights, new EagerOptions { Gradients = gradients });
        var recorded = new List<bool>();
        model.OnStage = (_, tensor) => recorded.Add(tensor.requires_grad);
        using var scope = TorchSharp.torch.NewDisposeScope();
        var inputs = SyntheticImages.CreateBatch(new ImageSize(64, 64));

        var (logits, _) = model.Forward(TorchBinding.Share(inputs["pixel_values"]), TorchBinding.Share(inputs["pixel_mask"]));

        Assert.Equal([gradients, false, gradients], recorded); // positions hold no weight
        Assert.Equal(gradients, logits.requires_grad);
    }

    [Fact]
    public void Forward_ChannelsLast_KeepsFeaturesInThatLayout()
    {
        using var model = new EagerDetr(TorchCases.SmallWeights, new EagerOptions { ChannelsLast = true });
        long? strideOfChannels = null;
        model.OnStage = (_, tensor) => strideOfChannels ??= tensor.stride(1);
        using var scope = TorchSharp.torch.NewDisposeScope();
        var inputs = SyntheticImages.CreateBatch(new ImageSize(64, 96));
        model.Forward(TorchBinding.Share(inputs["pixel_values"]), TorchBinding.Share(inputs["pixel_mask"]));
        Assert.Equal(1, strideOfChannels);
    }

    [Fact]
    public void Run_WrongTensors_SaysWhatWasNeeded()
    {
        using var engine = EagerEngine.Create("torch-fp32", TorchCases.SmallWeights, TorchCases.OneThread);
        var inputs = SyntheticImages.CreateBatch(new ImageSize(64, 64));
        var outputs = TensorSet.AllocateOutputs(engine.Inputs, inputs, engine.Outputs);

        Refused(new TensorSet(inputs["pixel_values"]), outputs, "pixel_mask");
        Refused(new TensorSet(new HostTensor("pixel_values", ElementType.Float32, 1, 4, 64, 64), inputs["pixel_mask"]), outputs, "pixel_values float32 [N,3,H,W]");
        Refused(new TensorSet(inputs["pixel_values"], new HostTensor("pixel_mask", ElementType.Int64, 1, 64, 32)), outputs, "W is 64");
        Refused(new TensorSet(inputs["pixel_values"], new HostTensor("pixel_mask", ElementType.Float32, 1, 64, 64)), outputs, "int64");
        Refused(inputs, new TensorSet(outputs["logits"], new HostTensor("pred_boxes", ElementType.Float32, 2, 10, 4)), "N is 1");

        void Refused(TensorSet wrongInputs, TensorSet wrongOutputs, string needed)
        {
            var error = Assert.Throws<LabException>(() => engine.Run(wrongInputs, wrongOutputs));
            Assert.Equal(ExitCode.BadInput, error.ExitCode);
            Assert.Contains(needed, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Create_UnknownVariant_ListsTheKnown()
    {
        var error = Assert.Throws<LabException>(() => EagerEngine.Create("torch-fp64", TorchCases.SmallWeights, TorchCases.OneThread));
        Assert.Contains("torch-fp32", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ScriptPrecision.Float32, 34, false, 2, 1, 3)]
    [InlineData(ScriptPrecision.Float32, 50, true, 8, 2, 1)]
    [InlineData(ScriptPrecision.Float32, 18, true, 8, 1, 1)]
    [InlineData(ScriptPrecision.Float32Fused, 34, false, 2, 1, 3)]
    [InlineData(ScriptPrecision.Float32Fused, 50, true, 8, 2, 1)]
    public void Run_TorchScriptOfAnotherShape_AgreesWithEager(ScriptPrecision precision, int depth, bool dilation, int heads, int encoder, int decoder)
    {
        var config = TorchCases.SmallConfig with { BackboneDepth = depth, Dilation = dilation, Heads = heads, EncoderLayers = encoder, DecoderLayers = decoder };
        var weights = SyntheticWeights.Create(config);
        using var folder = new TempFolder();
        DetrScript.Save(weights, precision, folder.File("detr.pt"));
        using var eager = EagerEngine.Create("torch-fp32", weights, TorchCases.OneThread);
        using var script = ScriptedDetr.Open("torchscript-fp32", folder.File("detr.pt"), config, new("detr", precision), TorchCases.OneThread);
        var inputs = SyntheticImages.CreateBatch(new(64, 96), new(50, 70));

        var (expected, actual) = (TorchCases.Run(eager, inputs), TorchCases.Run(script, inputs));

        Assert.InRange(TorchCases.MaxDifference(actual.Logits, expected.Logits), 0, SameArithmetic);
        Assert.InRange(TorchCases.MaxDifference(actual.Boxes, expected.Boxes), 0, SameArithmetic);
    }

    [Theory]
    [InlineData("torchscript-fp32")]
    [InlineData("torch-int8-static")]
    public void RunModules_TorchScript_GivesTheResultsOfARunAndEachPartOnce(string variant)
    {
        using var engine = TorchCases.Create(variant);
        var inputs = SyntheticImages.CreateBatch(new(64, 96), new(50, 70));
        var outputs = TensorSet.AllocateOutputs(engine.Inputs, inputs, engine.Outputs);

        var times = Assert.IsAssignableFrom<IModuleTimedEngine>(engine).RunModules(inputs, outputs);

        Assert.Equal(
            ["backbone.stem", "backbone.layer1", "backbone.layer2", "backbone.layer3", "backbone.layer4", "position", "input_proj", "encoder", "decoder", "heads"],
            times.Select(t => t.Name));
        Assert.Equal(TorchCases.Run(engine, inputs).Logits, outputs["logits"].Floats.ToArray()); // the same kernels
    }

    [Fact]
    public void Create_WeightMissing_NamesIt()
    {
        var all = TorchCases.SmallWeights;
        var partial = new WeightStore(all.Config, all.Tensors.Where(t => t.Name != "class_embed.bias"), "partial.pth", all.Sha256);
        var error = Assert.Throws<LabException>(() => EagerEngine.Create("torch-fp32", partial, TorchCases.OneThread));
        Assert.Contains("class_embed.bias", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_ThreadsOption_HoldsOnTheCallingThread()
    {
        using var one = EagerEngine.Create("torch-fp32", TorchCases.SmallWeights, 1);
        using var two = EagerEngine.Create("torch-fp32", TorchCases.SmallWeights, 2);
        var inputs = SyntheticImages.CreateBatch(new ImageSize(32, 32));
        foreach (var (engine, threads) in new[] { (one, 1), (two, 2), (one, 1) })
        {
            TorchCases.Run(engine, inputs);
            Assert.Equal(threads, TorchSharp.torch.get_num_threads());
            Assert.Equal(threads.ToString(), engine.Info.Options["threads"]);
        }
    }

    [Fact]
    public void Facts_NameWhatComputes()
    {
        var facts = TorchRuntime.Facts.ToDictionary();
        Assert.NotEmpty(facts["libtorch binding"]);
        Assert.Contains("by default", facts["libtorch threads"], StringComparison.Ordinal);
        // libtorch for x86-64 has MKL inside; elsewhere the line is left out, since nothing else tells its version.
        if (System.Runtime.Intrinsics.X86.X86Base.IsSupported) { Assert.Contains("Math Kernel Library", facts["libtorch BLAS"], StringComparison.Ordinal); }
    }
}
