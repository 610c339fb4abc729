using DetrPerfLab.Onnx.Proto;
using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Engines;

/// <summary>A DETR small enough to run in a test, and what tests of it share.</summary>
static class TorchCases
{
    public static DetrConfig SmallConfig { get; } = new()
    {
        Name = "small",
        BackboneDepth = 18,
        EncoderLayers = 1,
        DecoderLayers = 1,
        FeedForwardDim = 128,
        HiddenDim = 64,
        Queries = 10,
        Classes = 7,
    };

    public static WeightStore SmallWeights { get; } = SyntheticWeights.Create(SmallConfig);

    /// <summary>One thread: so small a model gains nothing from more, and test processes share the machine.</summary>
    public const int OneThread = 1;

    /// <summary>Runs once and returns logits and boxes.</summary>
    public static (float[] Logits, float[] Boxes) Run(IInferenceEngine engine, TensorSet inputs)
    {
        var outputs = TensorSet.AllocateOutputs(engine.Inputs, inputs, engine.Outputs);
        engine.Run(inputs, outputs);
        return (outputs["logits"].Floats.ToArray(), outputs["pred_boxes"].Floats.ToArray());
    }

    public static (float[] Logits, float[] Boxes) Run(string variant, TensorSet inputs)
    {
        using var engine = Create(variant);
        return Run(engine, inputs);
    }

    /// <summary>Every variant on libtorch: those that run operator by operator, and those that run an archive.</summary>
    public static IReadOnlyList<string> Variants { get; } = [.. VariantRegistry.All.Where(v => v.Recipe is null or TorchScriptRecipe).Select(v => v.Name)];

    /// <summary>The small model in 8 bits, by the plan of <c>torch-int8-static</c> but for layers that stay float.</summary>
    public static ModelProto Quantized(params IReadOnlyList<string> kept)
    {
        var source = new ConversionSource(DetrExporter.Export(SmallWeights, new ExportOptions()), SmallWeights.Sha256);
        var inputs = Enumerable.Range(1, 4).Select(i => SyntheticImages.CreateBatchFrom(i, new ImageSize(64, 96))).ToList();
        var options = new StaticOptions { Plan = QuantizationPlan.MixedStaticFeedForward.With(NodePrecision.Float, kept, "kept by a test") };
        return ModelQuantizer.Static(source, options, new OrtCalibrationRunner(), inputs, inputs.Count).Model;
    }

    static readonly Lazy<Int8Layers> s_int8 = new(() => QuantizedLayers.Read(Quantized()));

    /// <summary>An engine of the small model.</summary>
    public static TorchEngine Create(string variant)
    {
        if (VariantRegistry.Get(variant).Recipe is not TorchScriptRecipe recipe) { return EagerEngine.Create(variant, SmallWeights, OneThread); }
        using var folder = new TempFolder();
        DetrScript.Save(SmallWeights, recipe.Precision, folder.File("detr.pt"), recipe.Quantized is null ? null : s_int8.Value);
        return ScriptedDetr.Open(variant, folder.File("detr.pt"), SmallConfig, recipe, OneThread);
    }

    /// <summary>Largest absolute difference; NaN in either counts as infinite.</summary>
    public static double MaxDifference(ReadOnlySpan<float> actual, ReadOnlySpan<float> expected)
    {
        Assert.Equal(expected.Length, actual.Length);
        var largest = 0.0;
        for (var i = 0; i < actual.Length; i++)
        {
            var difference = Math.Abs((double)actual[i] - expected[i]);
            largest = double.IsNaN(difference) ? double.PositiveInfinity : Math.Max(largest, difference);
        }

        return largest;
    }
}
