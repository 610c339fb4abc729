using System.Diagnostics;
using System.Text;
using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Engines;

public sealed class ModuleProfileTests : IDisposable
{
    static readonly DetrConfig s_config = new()
    {
        Name = "tiny",
        BackboneDepth = 18,
        HiddenDim = 32,
        Heads = 2,
        EncoderLayers = 1,
        DecoderLayers = 2,
        FeedForwardDim = 64,
        Queries = 10,
        Classes = 5,
    };

    static readonly string[] s_modules =
        ["backbone.stem", "backbone.layer1", "backbone.layer2", "backbone.layer3", "backbone.layer4", "input_proj", "position", "encoder", "decoder", "heads"];

    /// <summary>A few times more than is lost between kernels of so small a model; operators or runs that were left out would leave more.</summary>
    const double MostUnattributed = 0.6;

    /// <summary>Passes at another moment of a shared machine: a mean over the wrong number of <see cref="Runs"/> differs by more.</summary>
    const double AnotherMoment = 15;

    const int Runs = 30;

    static readonly EngineSettings s_settings = new() { Threads = 1 }; // threads of so small a model wait for each other, longest on a busy machine

    static readonly TensorSet s_inputs = SyntheticImages.CreateBatch(new ImageSize(128, 160));

    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("ort-fp32")]
    [InlineData("ort-fp32-disabled")]
    [InlineData("ort-fp16")]
    [InlineData("ort-int8-dynamic")]
    public void Profile_Ort_SharesAddUpAndEveryNodeHasItsModule(string variant)
    {
        var profile = Profile(variant);

        AssertAddsUp(profile, profile.Modules);
        AssertAddsUp(profile, profile.Operators);
        // Nodes without a module would come as "other" before the remainder.
        Assert.Equal([.. s_modules, EngineProfile.Unattributed], profile.Modules.Select(m => m.Name));
        Assert.Equal(profile.Modules.Sum(m => m.Nodes), profile.Operators.Sum(o => o.Nodes));
        Assert.All(profile.Modules.SkipLast(1), m => Assert.True(m.Ms > 0 && m.Nodes > 0));
        Assert.Equal((null, null), (profile.ModulesGap, profile.OperatorsGap));
    }

    [Fact]
    public void Profile_Ort_CountsTheWorkOfFusedOperators()
    {
        var profile = Profile("ort-fp32");
        var all = profile.Modules.Sum(m => m.Flops ?? 0);
        // All but what was folded away: scalars of the position encoding.
        Assert.InRange(profile.Operators.Sum(o => o.Flops ?? 0), 0.999 * all, all);
        Assert.True(profile.Operators.Single(o => o.Name == "Conv").GflopsPerSecond > 0);
    }

    [Theory]
    [InlineData("torch-fp32")]
    [InlineData("torchscript-fp32")]
    [InlineData("torch-int8-dynamic")]
    public void Profile_Torch_ModulesAddUpAndOperatorsHaveAReason(string variant)
    {
        var profile = Profile(variant);

        AssertAddsUp(profile, profile.Modules);
        Assert.Equal([.. s_modules.Order(), EngineProfile.Unattributed], [.. profile.Modules.SkipLast(1).Select(m => m.Name).Order(), profile.Modules[^1].Name]);
        Assert.Null(profile.ModulesGap);
        Assert.Empty(profile.Operators);
        Assert.Contains("does not hand that profile out", profile.OperatorsGap);
    }

    [Theory]
    [InlineData("ort-fp32")]
    [InlineData("torch-fp32")]
    [InlineData("torchscript-fp32")]
    public void Profile_Whole_IsWhatAClockOfItsOwnTells(string variant)
    {
        var before = MeanMs(variant);
        var profile = Profile(variant);
        var after = MeanMs(variant);

        var (least, most) = (Math.Min(before, after) / AnotherMoment, Math.Max(before, after) * AnotherMoment);
        Assert.InRange(profile.WallMs, least, most);
        Assert.InRange(profile.PlainWallMs, least, most);
    }

    [Fact]
    public void Tabulate_ScriptedTrace_GivesTheseShares()
    {
        const string Trace = """
            [{"cat":"Session","name":"model_loading_uri","ts":1,"dur":5,"args":{}},
             {"cat":"Node","name":"encoder.a_kernel_time","ts":10,"dur":900,"args":{"op_name":"MatMul"}},
             {"cat":"Session","name":"model_run","ts":9,"dur":950,"args":{}},
             {"cat":"Node","name":"encoder.a_kernel_time","ts":1010,"dur":2000,"args":{"op_name":"MatMul"}},
             {"cat":"Node","name":"Relu_7_kernel_time","ts":3010,"dur":1000,"args":{"op_name":"Relu"}},
             {"cat":"Session","name":"model_run","ts":1000,"dur":3200,"args":{}},
             {"cat":"Node","name":"encoder.a_kernel_time","ts":5010,"dur":4000,"args":{"op_name":"MatMul"}},
             {"cat":"Node","name":"Relu_7_kernel_time","ts":9010,"dur":1000,"args":{"op_name":"Relu"}},
             {"cat":"Session","name":"model_run","ts":5000,"dur":5200,"args":{}}]
            """;
        var graph = new TestGraph().Node("MatMul", "x w", "encoder.a").Node("Relu", "encoder.a", "y").Model.Graph;
        foreach (var node in graph.Node) { node.Name = node.Output[0]; }
        var flops = new FlopCount { Total = 6e6, Modules = [new("encoder", 6e6)], Nodes = [new("encoder.a", 6e6)], NotCounted = [] };

        var nodes = OrtProfileReader.Read(Encoding.UTF8.GetBytes(Trace), lastRuns: 2); // the first run warmed up
        var profile = ModuleProfile.Tabulate("test", 2, wallMs: 5, plainMs: 4, nodes, graph, graph, flops);

        Assert.Equal([new("encoder", 3, 0.6, 1, 6e6), new("other", 1, 0.2, 1, null), new("unattributed", 1, 0.2, 0, null)], profile.Modules);
        Assert.Equal([new("MatMul", 3, 0.6, 1, 6e6), new("Relu", 1, 0.2, 1, null), new("unattributed", 1, 0.2, 0, null)], profile.Operators);
        Assert.Equal(2, profile.Modules[0].GflopsPerSecond);
        Assert.Throws<InvalidDataException>(() => OrtProfileReader.Read(Encoding.UTF8.GetBytes(Trace), lastRuns: 4));
    }

    EngineProfile Profile(string variant) =>
        ModuleProfile.Profile(VariantModel.Synthetic(s_config), VariantRegistry.Get(variant), s_settings, new ArtefactCache(_folder.Path), s_inputs, Runs);

    /// <summary>Mean time of an inference, by nothing that the profile uses.</summary>
    double MeanMs(string variant)
    {
        using var owner = VariantRegistry.Get(variant).Create(VariantModel.Synthetic(s_config), s_settings, new ArtefactCache(_folder.Path));
        var outputs = owner.Engine.AllocateOutputs(s_inputs);
        for (var i = 0; i < 2; i++) { owner.Engine.Run(s_inputs, outputs); }
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < Runs; i++) { owner.Engine.Run(s_inputs, outputs); }
        return clock.Elapsed.TotalMilliseconds / Runs;
    }

    static void AssertAddsUp(EngineProfile profile, IReadOnlyList<ProfilePart> parts)
    {
        Assert.Equal(EngineProfile.Unattributed, parts[^1].Name);
        // Parts that overlapped, or a run too many, would leave less than nothing.
        Assert.All(parts, p => Assert.True(p.Ms >= 0, $"{p.Name}: {p.Ms} ms"));
        Assert.InRange(parts[^1].Share, 0, MostUnattributed);
        // The remainder makes the sum exact but for rounding.
        Assert.Equal(profile.WallMs, parts.Sum(p => p.Ms), profile.WallMs * 1e-9);
        Assert.Equal(1, parts.Sum(p => p.Share), 1e-9);
    }
}
