using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Engines;

public class OrtEngineTests(TinyDetr model) : IClassFixture<TinyDetr>
{
    // The same operations on the same numbers; only the order of additions may differ between layouts and batch sizes.
    const float Rounding = 2e-5f;

    static readonly ImageSize s_size = new(97, 131);

    [Fact]
    public void Run_SameSetsAgain_AllocatesNothing()
    {
        using var engine = new OrtEngine(model.WithMask, new OrtEngineOptions());
        var inputs = SyntheticImages.CreateBatch(s_size);
        var outputs = engine.AllocateOutputs(inputs);
        engine.Run(inputs, outputs);
        engine.Run(inputs, outputs);

        var before = GC.GetAllocatedBytesForCurrentThread();
        engine.Run(inputs, outputs);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Run_MoreSetsThanAreKept_StillReadsAndWritesTheGivenOnes()
    {
        using var engine = new OrtEngine(model.WithoutMask, new OrtEngineOptions());
        var sets = Enumerable.Range(0, 6).Select(i => SyntheticImages.CreateBatch(new ImageSize(64 + (8 * i), 96))).ToList();
        var first = sets.Select(inputs => Run(engine, inputs)["logits"].Floats.ToArray()).ToList();
        var again = sets.Select(inputs => Run(engine, inputs)["logits"].Floats.ToArray()).ToList();

        Assert.Equal(first, again);
        Assert.NotEqual(first[0], first[5]);
    }

    [Theory]
    [InlineData(nameof(GraphOptimization.Disabled))]
    [InlineData(nameof(GraphOptimization.Basic))]
    [InlineData(nameof(GraphOptimization.Extended))]
    public void Run_EveryOptimization_Agrees(string optimization)
    {
        var inputs = SyntheticImages.CreateBatch(s_size, new ImageSize(64, 100));
        using var all = new OrtEngine(model.WithMask, new OrtEngineOptions());
        using var other = new OrtEngine(model.WithMask, new OrtEngineOptions { Optimization = Enum.Parse<GraphOptimization>(optimization) });
        AssertClose(Run(all, inputs), Run(other, inputs));
    }

    /// <summary>Sizes, a batch, and padding, which the fused attention meets as one more column of queries and keys.</summary>
    [Fact]
    public void Run_OrtOperators_Agree()
    {
        using var standard = new OrtEngine(model.WithMask, new OrtEngineOptions());
        using var fused = new OrtEngine(model.Fused, new OrtEngineOptions());
        foreach (var inputs in new[] { SyntheticImages.CreateBatch(s_size), SyntheticImages.CreateBatch(s_size, new ImageSize(64, 100), new ImageSize(160, 40)), SyntheticImages.CreateBatch(new ImageSize(33, 31)) })
        {
            AssertClose(Run(standard, inputs), Run(fused, inputs));
        }

        using var without = new OrtEngine(model.FusedWithoutMask, new OrtEngineOptions());
        var alone = SyntheticImages.CreateBatch(s_size);
        AssertClose(Run(standard, alone), Run(without, alone));
    }

    /// <summary>Plans and keep-lists name layers, and roles are read from the graph: the fused export has both as the other has them.</summary>
    [Fact]
    public void Quantize_OrtOperators_TakesTheSameLayers()
    {
        var inputs = Enumerable.Range(1, 2).Select(i => SyntheticImages.CreateBatchFrom(i, new ImageSize(64, 96))).ToList();
        ConversionReport Convert(string path) => ModelQuantizer.Static(new(OnnxFile.Load(path), ""), new StaticOptions(), new OrtCalibrationRunner(), inputs, inputs.Count).Report;
        var (standard, fused) = (Convert(model.WithMask), Convert(model.Fused));

        Assert.Equal(standard.Converted.Order(), fused.Converted.Order());
        Assert.Contains(standard.Converted, name => name.Contains("self_attn"));
        Assert.DoesNotContain(fused.Converted, name => name.Contains("cross_attn"));
    }

    [Fact]
    public void Run_MaskOfOnes_EqualsTheModelWithoutMask()
    {
        var inputs = SyntheticImages.CreateBatch(s_size);
        using var with = new OrtEngine(model.WithMask, new OrtEngineOptions());
        using var without = new OrtEngine(model.WithoutMask, new OrtEngineOptions());
        AssertClose(Run(without, inputs), Run(with, inputs));
    }

    [Fact]
    public void Run_PaddedImageInABatch_EqualsTheSameAlone()
    {
        var batch = SyntheticImages.CreateBatch(new ImageSize(64, 100), s_size);
        var alone = new TensorSet(
            new HostTensor("pixel_values", ElementType.Float32, 1, 3, s_size.Height, s_size.Width),
            new HostTensor("pixel_mask", ElementType.Int64, 1, s_size.Height, s_size.Width));
        batch["pixel_values"].Floats[..alone[0].Count].CopyTo(alone[0].Floats);
        batch["pixel_mask"].Longs[..alone[1].Count].CopyTo(alone[1].Longs);
        using var engine = new OrtEngine(model.WithMask, new OrtEngineOptions());

        var whole = Run(engine, batch);
        var single = Run(engine, alone);

        AssertClose(single["logits"].Floats, whole["logits"].Floats[..single["logits"].Count]);
        AssertClose(single["pred_boxes"].Floats, whole["pred_boxes"].Floats[..single["pred_boxes"].Count]);

        alone["pixel_mask"].Longs.Fill(1);
        Assert.True(MaxDifference(single["logits"].Floats, Run(engine, alone)["logits"].Floats) > 1e-3f, "the mask changes nothing");
    }

    [Fact]
    public void Run_PaddedBatchWithoutMaskInput_IsRefused()
    {
        using var engine = new OrtEngine(model.WithoutMask, new OrtEngineOptions());
        var inputs = SyntheticImages.CreateBatch(s_size, new ImageSize(64, 100));
        var outputs = engine.AllocateOutputs(inputs);
        AssertBadInput("padded", () => engine.Run(inputs, outputs));
    }

    [Fact]
    public void Run_TensorsThatDoNotFit_AreNamed()
    {
        using var engine = new OrtEngine(model.WithMask, new OrtEngineOptions());
        var inputs = SyntheticImages.CreateBatch(s_size);
        var outputs = engine.AllocateOutputs(inputs);

        AssertBadInput("input 'pixel_mask' was not given", () => engine.Run(new TensorSet(inputs["pixel_values"]), outputs));
        AssertBadInput("output 'logits' was not given", () => engine.Run(inputs, new TensorSet(outputs["pred_boxes"])));
        AssertBadInput("found pixel_mask float32", () => engine.Run(
            new TensorSet(inputs["pixel_values"], new HostTensor("pixel_mask", ElementType.Float32, 1, 97, 131)), outputs));
        AssertBadInput("where H is 97 in 'pixel_values'", () => engine.Run(
            new TensorSet(inputs["pixel_values"], new HostTensor("pixel_mask", ElementType.Int64, 1, 96, 131)), outputs));
        AssertBadInput("found pixel_values float32 [1,4,97,131]", () => engine.Run(
            new TensorSet(new HostTensor("pixel_values", ElementType.Float32, 1, 4, 97, 131), inputs["pixel_mask"]), outputs));
        AssertBadInput("where N is 1 in 'pixel_values'", () => engine.Run(inputs,
            new TensorSet([.. outputs.Where(o => o.Name != "logits"), new HostTensor("logits", ElementType.Float32, 2, 10, 6)])));
        // The engine still works after each refusal.
        engine.Run(inputs, outputs);
    }

    [Fact]
    public void AllocateOutputs_LengthsThatNoInputTells_AreLearntByRunning()
    {
        using var engine = new OrtEngine(model.WithMask, new OrtEngineOptions());
        var outputs = engine.AllocateOutputs(SyntheticImages.CreateBatch(s_size));
        Assert.Equal([1, 64, 4, 5], outputs["encoder_memory"].Shape); // ceil(97 / 32), ceil(131 / 32)
    }

    [Fact]
    public void Run_OtherOptions_ChangeNoResult()
    {
        var inputs = SyntheticImages.CreateBatch(s_size);
        using var plain = new OrtEngine(model.WithoutMask, new OrtEngineOptions());
        using var other = new OrtEngine(model.WithoutMask, new OrtEngineOptions
        {
            IntraOpThreads = 1,
            InterOpThreads = 2,
            Spinning = false,
            Arena = false,
            MemoryPattern = false,
            Prepacking = false,
        });

        AssertClose(Run(plain, inputs), Run(other, inputs));
        Assert.Equal("off", other.Info.Options["spinning"]);
    }

    [Fact]
    public void EndProfiling_AndOptimizedModel_WriteFiles()
    {
        using var folder = new TempFolder();
        var inputs = SyntheticImages.CreateBatch(s_size);
        using var engine = new OrtEngine(model.WithoutMask, new OrtEngineOptions { ProfilePrefix = folder.File("profile"), OptimizedModelPath = folder.File("optimized.onnx") });
        Run(engine, inputs);

        Assert.Contains("backbone.layer1.0.conv1.relu", File.ReadAllText(engine.EndProfiling()!));
        Assert.True(new FileInfo(folder.File("optimized.onnx")).Length > 1000);
    }

    [Fact]
    public void Run_RealDetectorOfAnotherFamily_Works()
    {
        using var engine = new OrtEngine(TestPaths.Deim, new OrtEngineOptions());
        var images = new HostTensor("images", ElementType.Float32, 2, 3, 320, 320);
        var sizes = new HostTensor("orig_target_sizes", ElementType.Int64, 2, 2);
        sizes.Longs.Fill(320);
        images.Floats.Fill(0.5f);

        var outputs = Run(engine, new TensorSet(images, sizes));

        Assert.Equal([2, 300], outputs["labels"].Shape);
        Assert.Equal([2, 300, 4], outputs["boxes"].Shape);
        Assert.All(outputs["labels"].Longs.ToArray(), label => Assert.InRange(label, 0, 79));
    }

    static TensorSet Run(OrtEngine engine, TensorSet inputs)
    {
        var outputs = engine.AllocateOutputs(inputs);
        engine.Run(inputs, outputs);
        return outputs;
    }

    static void AssertBadInput(string part, Action action)
    {
        var e = Assert.Throws<LabException>(action);
        Assert.Equal(ExitCode.BadInput, e.ExitCode);
        Assert.Contains(part, e.Message);
    }

    static void AssertClose(TensorSet expected, TensorSet actual)
    {
        AssertClose(expected["logits"].Floats, actual["logits"].Floats);
        AssertClose(expected["pred_boxes"].Floats, actual["pred_boxes"].Floats);
    }

    static void AssertClose(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual) => Assert.InRange(MaxDifference(expected, actual), 0, Rounding);

    static float MaxDifference(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        var max = 0f;
        for (var i = 0; i < expected.Length; i++) { max = MathF.Max(max, MathF.Abs(expected[i] - actual[i])); }
        return max;
    }
}
