using System.Text.RegularExpressions;
using DetrPerfLab.Onnx.Proto;
using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Engines;

public sealed class VariantFactsTests : IDisposable
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

    static readonly MachineInfo s_machine = new() { CpuModel = "test", Cores = 2, Isa = ["avx2", "avx512f", "avx512_vnni"], Os = "test", Runtime = "test" };
    static readonly ImageSize s_size = new(64, 96);

    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Of_OnnxVariants_CountTheSameWorkAndTellTheirGraphs()
    {
        var (fp32, dynamic) = (Of("ort-fp32"), Of("ort-int8-dynamic"));

        Assert.True(fp32.Flops > 1e6);
        Assert.Equal(fp32.Flops, dynamic.Flops);
        Assert.Matches(@"^\d+ nodes before, \d+ after$", Figure(fp32, "graph"));
        Assert.Equal("avx512f", Figure(fp32, "isa"));
        Assert.Equal("avx512_vnni", Figure(dynamic, "isa"));
        Assert.DoesNotContain(fp32.Findings, f => f.Topic is "integer" or "threads");
        Assert.Contains(dynamic.Findings, f => f is { Topic: "integer", Text: "no convolution runs on 8-bit integers: all are left in float" } && f.Figure!.StartsWith("0 of ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0, 2, "no convolution runs on 8-bit integers: all are left in float (0 of 2)")]
    [InlineData(1, 1, "convolutions run on 8-bit integers; left in float: c0 (1 of 2)")]
    [InlineData(2, 0, "every convolution runs on 8-bit integers (2 of 2)")]
    public void Ort_Convolutions_SaysHowManyRunOnIntegers(int quantized, int inFloat, string expected)
    {
        var graph = new GraphFacts
        {
            Operators = [],
            QuantizedConvs = quantized,
            FloatConvs = [.. Enumerable.Range(0, inFloat).Select(i => $"c{i}")],
            QuantizedMatMuls = 1,
            FloatMatMuls = [],
            QuantizedBackboneConvs = 0,
            QuantizeNodes = [],
            DequantizeNodes = [],
            NeedlessPairs = 0,
            FloatCasts = 0,
            HalfProducts = 0,
            LayoutReorders = 0,
            BlockedConvs = 0,
        };

        var said = VariantFindings.Ort(VariantName.TryParse("ort-int8-dynamic")!, new(1, graph, []), s_machine).Where(f => f.Topic == "integer").Select(f => $"{f.Text} ({f.Figure})");

        Assert.Equal([expected, "every matrix product runs on 8-bit integers (1 of 1)"], said);
    }

    [Theory]
    [InlineData("ort-fp32", "fp32")]
    [InlineData("ort-int8-dynamic", "int8 and fp32")]
    [InlineData("torch-int8-dynamic", "int8 and fp32")]
    public void Of_Int8Dynamic_IsHeldAgainstBothPeaksByItsOperations(string variant, string precisions)
    {
        var machine = s_machine with { Peaks = [new("fp32", 100) { Threads = 2 }, new("int8", 1e9) { Threads = 2 }] };

        var why = Of(variant, machine);

        Assert.Equal(precisions, Regex.Replace(why.Peak!.Precision, @" \(\d+ %\)", ""));
        if (precisions == "fp32") { return; }

        // Eight-bit work takes no time on such a machine, so the peak tells the share of the rest: convolutions, which are most of it.
        var share = 1 - (100 / why.Peak.GflopsPerSecond);
        var count = FlopFacts.Of(VariantModel.Synthetic(s_config), new ArtefactCache(_folder.Path), SyntheticImages.CreateBatch(s_size));
        var transformer = count.Modules.Where(m => m.Name.StartsWith("encoder", StringComparison.Ordinal) || m.Name.StartsWith("decoder", StringComparison.Ordinal)).Sum(m => m.Flops);
        Assert.InRange(share, 0.4 * transformer / count.Total, 1.05 * transformer / count.Total);
    }

    [Fact]
    public void Of_HalfPrecision_TellsCastsOrKernels()
    {
        var half = Of("ort-fp16");
        Assert.Matches(@"^\d+ of \d+$", Figure(half, "half precision"));
        Assert.Contains(half.Findings, f => f.Topic == "casts");
    }

    [Fact]
    public void Of_Optimisation_IsLookedAtForEachLevel()
    {
        var (disabled, all) = (Of("ort-fp32-disabled"), Of("ort-fp32"));
        Assert.NotEqual(Figure(disabled, "graph"), Figure(all, "graph"));
        Assert.Contains("did not shrink", disabled.Findings.Single(f => f.Topic == "graph").Text);
    }

    [Fact]
    public void Of_Twice_ReadsTheFileBesideTheArtefact()
    {
        var first = Of("ort-fp32");
        var file = Assert.Single(Directory.GetFiles(_folder.Path, "*.ort-fp32.why.json", SearchOption.AllDirectories));
        var written = File.GetLastWriteTimeUtc(file);

        Assert.Equal(first.Findings, Of("ort-fp32").Findings);
        Assert.Equal(written, File.GetLastWriteTimeUtc(file));
        Of("ort-fp32", s_machine with { Isa = ["avx2"] }); // another processor, another graph
        Assert.NotEqual(written, File.GetLastWriteTimeUtc(file));
    }

    [Fact]
    public void Of_Eager_TellsLibrariesAndGradients()
    {
        var naive = Of("torch-naive");
        Assert.Equal(Of("ort-fp32").Flops, naive.Flops);
        Assert.Contains(naive.Findings, f => f.Topic == "gradients");
        Assert.DoesNotContain(Of("torch-fp32").Findings, f => f.Topic == "gradients");
    }

    [Fact]
    public void Of_MoreThreadsThanCores_IsFound() => Assert.Equal("4 on 1.5", Figure(Of("torch-fp32", s_machine with { CpuQuota = 1.5 }, threads: 4), "threads"));

    [Fact]
    public void Int8Static_BottleneckBackbone_LeavesNoConvolutionInFloat()
    {
        var source = DetrExporter.Export(SyntheticWeights.Create(s_config with { BackboneDepth = 50, HiddenDim = 16 }), new ExportOptions());
        TensorSet[] inputs = [SyntheticImages.CreateBatch(new ImageSize(96, 128))];
        var path = _folder.File("static.onnx");
        OnnxFile.Save(ModelQuantizer.Static(new(source, ""), new StaticOptions(), new OrtCalibrationRunner(2), inputs, inputs.Length).Model, path);

        new OrtEngine(path, new OrtEngineOptions { OptimizedModelPath = _folder.File("optimized.onnx") }).Dispose();
        var graph = OnnxFile.Load(_folder.File("optimized.onnx"));
        var (facts, index) = (GraphFacts.Of(graph), new GraphIndex(graph.Graph));

        // ResNet-50: 1 + 3 * 16 convolutions and 4 shortcuts; the input projection is no part of the backbone.
        Assert.Equal(53, facts.QuantizedBackboneConvs);
        Assert.DoesNotContain(facts.FloatConvs, n => n.StartsWith("backbone", StringComparison.Ordinal));
        // The border that the image crosses.
        Assert.Single(ModuleNames.OfGraph(graph.Graph), n => n.Module.StartsWith("backbone", StringComparison.Ordinal) && IsFloatWork(n.Node));
        Assert.Contains(VariantFindings.Ort(VariantName.TryParse("ort-int8-static")!, new(source.Graph.Node.Count, facts, []), s_machine), f => f is { Topic: "backbone", Figure: "53 of 53" });

        // The types of fused operators are not known to inference, so the operators that take codes are told by name.
        bool IsFloatWork(NodeProto node) => !(node.OpType.StartsWith("QLinear", StringComparison.Ordinal)
            || node.OpType is "ConvInteger" or "MatMulInteger" or "DynamicQuantizeMatMul"
            || (node.OpType is "DequantizeLinear" && index.Constant(node.Input[0]) is not null)
            || (node.OpType is "MaxPool" or "Transpose" or "Reshape" or "NhwcMaxPool" && ReadsCodes(node)));

        bool ReadsCodes(NodeProto node) => index.Producer(node.Input[0]) is { } producer
            && (producer.OpType.StartsWith("QLinear", StringComparison.Ordinal) || producer.OpType == "QuantizeLinear"
                || (producer.OpType is "MaxPool" or "Transpose" or "Reshape" or "NhwcMaxPool" && ReadsCodes(producer)));
    }

    VariantWhy Of(string variant, MachineInfo? machine = null, int threads = 2) => VariantFacts.Of(
        VariantModel.Synthetic(s_config), VariantRegistry.Get(variant), new EngineSettings { Threads = threads }, new ArtefactCache(_folder.Path), s_size, machine ?? s_machine);

    static string Figure(VariantWhy why, string topic) => why.Findings.First(f => f.Topic == topic).Figure!;
}
