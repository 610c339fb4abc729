using System.Text.RegularExpressions;
using DetrPerfLab.Onnx.Proto;

namespace DetrPerfLab.Tests.Onnx;

public class NodeRolesTests
{
    const string BoxNames = "bbox|box_embed|box_head|dec_bbox|post_?process";

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

    static readonly Lazy<ModelProto> s_detr = new(() => DetrExporter.Export(SyntheticWeights.Create(s_tiny), new ExportOptions()));

    [Fact]
    public void Of_Atto_FindsBoxHeadsAndCrossAttention() =>
        AssertLikeNames(OnnxFile.Load(TestPaths.Deim));

    [Fact]
    public void Of_Detr_FindsBoxHeadAndCrossAttention() => AssertLikeNames(s_detr.Value);

    // The names that the exporters give are what the structure must lead to, on nodes with weights and products.
    static void AssertLikeNames(ModelProto source)
    {
        var model = GraphPreparation.Prepare(source);
        var roles = NodeRoles.Of(model.Graph, new GraphIndex(model.Graph));
        foreach (var node in model.Graph.Node.Where(n => n.OpType is "MatMul" or "Gemm" && !n.Name.Contains("integral")))
        {
            Assert.True(Regex.IsMatch(node.Name, BoxNames) == roles.Has(node, NodeRole.Boxes), $"boxes: {node.Name}");
            Assert.True(Regex.IsMatch(node.Name, "decoder.*cross_?attn") == roles.Has(node, NodeRole.CrossAttention), $"cross-attention: {node.Name}");
        }
    }

    [Theory]
    [InlineData("atto")]
    [InlineData("detr")]
    [InlineData("residual")]
    [InlineData("linear")]
    [InlineData("silu-concat")]
    [InlineData("subgraph")]
    public void Compile_NamesRemoved_ChoosesTheSameNodes(string name)
    {
        var source = name switch
        {
            "atto" => OnnxFile.Load(TestPaths.Deim),
            "detr" => s_detr.Value,
            _ => QuantizationCases.All[name].Model(),
        };
        Assert.Equal(Chosen(source), Chosen(Nameless(source)));
        Assert.Equal(Half(source), Half(Nameless(source)));
    }

    // By position: preparation gives nodes names again.
    static IEnumerable<string> Chosen(ModelProto source)
    {
        var model = GraphPreparation.Prepare(source);
        var index = new GraphIndex(model.Graph);
        var (plan, roles) = (QuantizationPlan.Mixed.Compile(model.Graph, index), NodeRoles.Of(model.Graph, index));
        return [.. model.Graph.Node.Select(n => $"{n.OpType} {plan(n)} {string.Join(',', Enum.GetValues<NodeRole>().Where(r => roles.Has(n, r)))}")];
    }

    static IEnumerable<string> Half(ModelProto source) => [.. Fp16Converter.Convert(source).Model.Graph.Node.Select(n => n.OpType)];

    // No name of a node, and values named by number but for what the model takes and gives.
    static ModelProto Nameless(ModelProto source)
    {
        var model = source.Clone();
        if (model.Graph.WithSubgraphs().Skip(1).Any()) // their own values would have to be renamed with them
        {
            foreach (var node in model.Graph.WithSubgraphs().SelectMany(g => g.Node)) { node.Name = ""; }
            return model;
        }

        var names = model.Graph.Input.Concat(model.Graph.Output).Select(v => v.Name).Append("").ToDictionary(n => n, n => n);
        string New(string old) => names.TryGetValue(old, out var known) ? known : names[old] = $"v{names.Count}";
        foreach (var node in model.Graph.Node)
        {
            node.Name = "";
            for (var i = 0; i < node.Input.Count; i++) { node.Input[i] = New(node.Input[i]); }
            for (var i = 0; i < node.Output.Count; i++) { node.Output[i] = New(node.Output[i]); }
        }

        foreach (var tensor in model.Graph.Initializer) { tensor.Name = New(tensor.Name); }
        foreach (var value in model.Graph.ValueInfo) { value.Name = New(value.Name); }
        return model;
    }
}
