using System.Text.Json;
using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Engines;

/// <summary>Small classifiers on every engine, against torchvision (tests/fixtures/classifiers/generate.py) and against each other.</summary>
public class ClassifierParityTests(ClassifierParityTests.Small models) : IClassFixture<ClassifierParityTests.Small>
{
    const int Classes = 7;

    // Logits reach 20, so that this is a dozen roundings of float32; torchvision adds in another order.
    const double ToTorchvision = 1e-4;
    const double BetweenEngines = 2e-4; // what every exact variant is held to before it is timed

    static readonly string[] s_engines = ["torch-fp32", "torch-fp32-channels-last", "torchscript-fp32", "torch-fp32-fused", "ort-fp32", "ort-fp32-disabled"];

    static readonly ClassifierConfig[] s_configs =
    [
        new ResNetConfig { Name = "resnet18", Depth = 18, Classes = Classes },
        new ResNetConfig { Name = "resnet50", Depth = 50, Classes = Classes },
        new VitConfig
        {
            Name = "vit",
            Grid = 4,
            Hidden = 128,
            Layers = 2,
            Heads = 2,
            FeedForward = 96,
            Classes = Classes,
        },
    ];

    sealed record Expected(ExpectedCase[] Cases);

    public sealed record ExpectedCase(string Model, int Side, float[] Logits)
    {
        public override string ToString() => $"{Model} at {Side}";
    }

    static readonly ExpectedCase[] s_cases = JsonSerializer.Deserialize<Expected>(File.ReadAllBytes(Path.Combine(TestPaths.Fixtures, "classifiers", "expected.json")), LabJson.Options)!.Cases;

    public static TheoryData<ExpectedCase, string> Cases => [.. from one in s_cases from engine in s_engines select (one, engine)];

    public static TheoryData<string, int, int> Sizes => [.. from config in s_configs from size in ((int, int)[])[(64, 64), (80, 130)] select (config.Name, size.Item1, size.Item2)];

    /// <summary>Two images at once. A ViT's positions at other sizes than the 64 pixels that it was made for are those of torchvision's interpolate_embeddings.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void Run_CaseOfTorchvision_Agrees(ExpectedCase expected, string engine) =>
        Assert.InRange(TorchCases.MaxDifference(models.Run(expected.Model, engine, new(expected.Side, expected.Side)), expected.Logits), 0, ToTorchvision);

    /// <summary>Also where no patch ends at the border and rows and columns differ in number, which torchvision does not take.</summary>
    [Theory]
    [MemberData(nameof(Sizes))]
    public void Run_TwoImages_EnginesAgree(string model, int height, int width)
    {
        var expected = models.Run(model, s_engines[0], new(height, width));

        Assert.Equal(2 * Classes, expected.Length);
        Assert.NotEqual(expected[..Classes], expected[Classes..]);
        Assert.All(s_engines[1..], engine => Assert.InRange(TorchCases.MaxDifference(models.Run(model, engine, new(height, width)), expected), 0, BetweenEngines));
    }

    /// <summary>Top logits of two images differ by more than these engines may: bfloat16 has 8 bits of mantissa, int8 256 codes a value.</summary>
    [Theory]
    [InlineData("resnet18", "torch-bf16-fused", 0.02)]
    [InlineData("resnet50", "torch-bf16-fused", 0.02)]
    [InlineData("vit", "torch-bf16-fused", 0.02)]
    [InlineData("resnet18", "torch-int8-static", 0.08)]
    [InlineData("resnet50", "torch-int8-static", 0.08)]
    public void Run_ReducedPrecision_StaysNearFloat32(string model, string engine, double ofTheSpread)
    {
        var size = new ImageSize(64, 64);
        var (expected, actual) = (models.Run(model, s_engines[0], size), models.Run(model, engine, size));

        Assert.InRange(TorchCases.MaxDifference(actual, expected), 1e-6, ofTheSpread * (expected.Max() - expected.Min()));
    }

    /// <summary>Each engine of each model, made once.</summary>
    public sealed class Small : IDisposable
    {
        readonly TempFolder _folder = new();
        readonly Dictionary<(string, string), IInferenceEngine> _engines = [];

        internal float[] Run(string model, string engine, ImageSize size)
        {
            if (!_engines.TryGetValue((model, engine), out var one))
            {
                _engines[(model, engine)] = one = VariantRegistry.Get(engine)
                    .Create(VariantModel.Synthetic(s_configs.Single(c => c.Name == model)), new() { Threads = TorchCases.OneThread }, new ArtefactCache(_folder.Path)).Engine;
            }

            var inputs = SyntheticImages.CreateBatch(size, size);
            var outputs = one.AllocateOutputs(inputs);
            one.Run(inputs, outputs);
            one.Synchronize();
            return outputs["logits"].Floats.ToArray();
        }

        public void Dispose()
        {
            foreach (var engine in _engines.Values) { engine.Dispose(); }
            _folder.Dispose();
        }
    }
}
