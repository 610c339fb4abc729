using DetrPerfLab.Onnx.Proto;
using Google.Protobuf;

namespace DetrPerfLab.Tests.Onnx;

public class DetrExporterTests
{
    /// <summary>The smallest DETR whose graph has every part of a large one.</summary>
    static readonly DetrConfig s_tiny = new()
    {
        Name = "tiny",
        BackboneDepth = 50,
        HiddenDim = 16,
        Heads = 2,
        EncoderLayers = 1,
        DecoderLayers = 2,
        FeedForwardDim = 32,
        Queries = 5,
        Classes = 3,
    };

    static readonly Lazy<WeightStore> s_weights = new(() => SyntheticWeights.Create(s_tiny));

    [Fact]
    public void Export_Twice_GivesTheSameBytes() => Assert.Equal(
        DetrExporter.Export(s_weights.Value, new ExportOptions()).ToByteArray(),
        DetrExporter.Export(s_weights.Value, new ExportOptions()).ToByteArray());

    [Theory]
    [InlineData(true, "tiny-detr.txt")]
    [InlineData(false, "tiny-detr-without-mask.txt")]
    public void Export_Graph_IsTheReviewedOne(bool mask, string file)
    {
        var graph = DetrExporter.Export(s_weights.Value, new ExportOptions { PixelMask = mask }).Graph;
        var text = string.Concat(graph.Node.Select(n => $"{n.OpType} {n.Name} <- {string.Join(", ", n.Input)}{Attributes(n)}\n"));

        var path = Path.Combine(TestPaths.Fixtures, "onnx", file);
        if (Environment.GetEnvironmentVariable("LAB_UPDATE") == "1") { File.WriteAllText(path, text); }
        Assert.Equal(File.ReadAllText(path), text);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Export_Graph_IsWellFormedAndNamedByModule(bool mask)
    {
        string[] modules = ["backbone.", "input_proj", "position.", "encoder.", "decoder.", "class_embed", "bbox_embed."];
        var graph = DetrExporter.Export(s_weights.Value, new ExportOptions { PixelMask = mask }).Graph;
        var known = graph.Input.Select(i => i.Name).Concat(graph.Initializer.Select(i => i.Name)).ToHashSet();

        Assert.Equal(graph.Node.Count, graph.Node.Select(n => n.Name).Distinct().Count());
        Assert.All(graph.Node, node =>
        {
            Assert.Contains(modules, m => node.Name.StartsWith(m, StringComparison.Ordinal));
            Assert.DoesNotContain(node.Input, i => !known.Contains(i)); // made before it is read
            Assert.All(node.Output, o => Assert.True(known.Add(o)));
        });
        Assert.DoesNotContain(graph.Output, o => !known.Contains(o.Name));
        Assert.Empty(graph.Initializer.Select(i => i.Name).Except(graph.Node.SelectMany(n => n.Input)));
        Assert.DoesNotContain(graph.Node, n => n.OpType is "BatchNormalization" or "Identity" or "Constant");
    }

    [Fact]
    public void Export_Interface_IsTheEcosystems()
    {
        var graph = DetrExporter.Export(s_weights.Value, new ExportOptions()).Graph;

        Assert.Equal(["pixel_values [N,3,H,W] Float", "pixel_mask [N,H,W] Int64"], graph.Input.Select(Describe));
        Assert.Equal(["logits [N,5,4] Float", "pred_boxes [N,5,4] Float"], graph.Output.Select(Describe));
        Assert.Equal("pixel_values", Assert.Single(DetrExporter.Export(s_weights.Value, new ExportOptions { PixelMask = false }).Graph.Input).Name);

        static string Describe(ValueInfoProto value) => $"{value.Name} [{string.Join(',', value.Shape()!)}] {value.ElementType()}";
    }

    [Fact]
    public void Export_Metadata_TellsSourceAndOptions()
    {
        var model = DetrExporter.Export(s_weights.Value, new ExportOptions { PixelMask = false });

        Assert.Equal("DetrPerfLab", model.ProducerName);
        Assert.Equal("synthetic-v1", model.GetMetadata("detrlab.source"));
        Assert.Equal(s_weights.Value.Sha256, model.GetMetadata("detrlab.source_sha256"));
        Assert.Contains("pixel_mask=0", model.GetMetadata("detrlab.export"));
        Assert.Contains("queries=5", model.GetMetadata("detrlab.config"));
        Assert.Equal(17, model.OpsetVersion());
    }

    [Fact]
    public void Export_Dilated_KeepsTheResolutionOfTheLastStage()
    {
        var graph = DetrExporter.Export(SyntheticWeights.Create(s_tiny with { Dilation = true }), new ExportOptions()).Graph;
        (long Stride, long Dilation) Of(string name) => graph.Node.First(n => n.Name == name) is var n ? (n.GetInts("strides")![0], n.GetInts("dilations")![0]) : default;

        Assert.Equal((2, 1), Of("backbone.layer3.0.conv2"));
        Assert.Equal((1, 1), Of("backbone.layer4.0.conv2"));
        Assert.Equal((1, 1), Of("backbone.layer4.0.downsample"));
        Assert.Equal((1, 2), Of("backbone.layer4.1.conv2"));
    }

    [Fact]
    public void Export_DilatedBasicBlocks_SpreadAfterTheStrideThatIsLeftOut()
    {
        var graph = DetrExporter.Export(SyntheticWeights.Create(s_tiny with { BackboneDepth = 18, Dilation = true }), new ExportOptions()).Graph;
        (long, long, long) Of(string name) => graph.Node.First(n => n.Name == $"backbone.layer4.{name}") is var n ? (n.GetInts("strides")![0], n.GetInts("dilations")![0], n.GetInts("pads")![0]) : default;

        Assert.Equal((1, 1, 1), Of("0.conv1"));
        Assert.Equal((1, 2, 2), Of("0.conv2"));
        Assert.Equal((1, 2, 2), Of("1.conv1"));
        Assert.Equal((1, 2, 2), Of("1.conv2"));
    }

    [Fact]
    public void Export_WrongWeights_SaysWhich()
    {
        var tensors = s_weights.Value.Tensors.ToList();
        Refused(s_tiny, tensors.Where(t => t.Name != "class_embed.bias"), "no weight 'class_embed.bias'");
        Refused(s_tiny with { Queries = 6 }, tensors, "'query_embed.weight' of shape [5,16], needed [6,16]");
        Refused(s_tiny with { BackboneDepth = 51 }, tensors, "ResNet of 51 layers");
        Refused(s_tiny with { Heads = 3 }, tensors, "3 heads");

        static void Refused(DetrConfig config, IEnumerable<WeightTensor> tensors, string why)
        {
            var e = Assert.Throws<LabException>(() => DetrExporter.Export(new WeightStore(config, tensors, "test", ""), new ExportOptions()));
            Assert.Equal(ExitCode.BadInput, e.ExitCode);
            Assert.Contains(why, e.Message);
        }
    }

    [Fact]
    public void GraphBuilder_Mistakes_AreFoundWhereTheyAreMade()
    {
        var graph = new GraphBuilder("g", 17);
        graph.Input("x", TensorProto.Types.DataType.Float, "N");
        graph.Node("Relu", "a", ["x"]);

        Assert.Throws<InvalidOperationException>(() => graph.Node("Relu", "a", ["x"]));
        Assert.Throws<InvalidOperationException>(() => graph.Node("Relu", "b", ["nothing"]));
        Assert.Throws<InvalidOperationException>(() => graph.Weight<float>("x", [1], [1]));
        Assert.Equal(graph.Constant(1, 2), graph.Constant(1, 2));
        Assert.NotEqual(graph.Constant(1), graph.Scalar(1L));
    }

    static string Attributes(NodeProto node) => node.Attribute.Count == 0 ? "" : $" {{{string.Join(' ', node.Attribute.Select(a =>
        $"{a.Name}={(a.Ints.Count > 0 ? string.Join(',', a.Ints) : a.HasF ? $"{a.F}" : $"{a.I}")}"))}}}";
}
