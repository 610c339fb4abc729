namespace DetrPerfLab.Tests.Onnx;

public class ModuleNamesTests
{
    [Theory]
    [InlineData("backbone.conv1", "backbone.stem")]
    [InlineData("backbone.conv1.relu", "backbone.stem")]
    [InlineData("backbone.maxpool_quant", "backbone.stem")]
    [InlineData("backbone.layer3.2.conv2", "backbone.layer3")]
    [InlineData("/model/backbone/stages.2/blocks.0/conv/Conv", "backbone.stages.2")]
    [InlineData("input_proj.nhwc", "input_proj")]
    [InlineData("decoder.4.cross_attn.out", "decoder")]
    [InlineData("class_embed", "heads")]
    [InlineData("bbox_embed.1.relu", "heads")]
    [InlineData("/postprocessor/TopK", "postprocessor")]
    [InlineData("input_proj_token_231", "input_proj")]
    [InlineData("class_embed_quant", "heads")]
    [InlineData("InsertedPrecisionFreeCast_input_proj_nchwc", "input_proj")]
    [InlineData("fused bbox_embed.1", "heads")]
    [InlineData("Conv_12", null)]
    [InlineData("", null)]
    public void Of_Name_IsItsModule(string name, string? expected) => Assert.Equal(expected, ModuleNames.Of(name));

    [Fact]
    public void OfGraph_NodeWithoutATellingName_BelongsToItsValueOrItsInput()
    {
        var graph = new TestGraph().Node("Conv", "x w", "encoder.a").Node("Cast", "encoder.a", "c1").Node("Relu", "c1", "decoder.b").Node("Cast", "x", "c2").Model.Graph;
        foreach (var (i, node) in graph.Node.Index()) { node.Name = $"n{i}"; }

        Assert.Equal(["encoder", "encoder", "decoder", ModuleNames.Other], ModuleNames.OfGraph(graph).Select(n => n.Module));
    }

    [Fact]
    public void OfGraph_WhatAConverterPutsAtAnInput_BelongsToItsReader()
    {
        var graph = new TestGraph().Input("pixels", 1).Node("QuantizeLinear", "pixels s", "pixels.code").Node("Transpose", "pixels.code", "t").Node("Conv", "t w", "backbone.conv1").Model.Graph;

        Assert.All(ModuleNames.OfGraph(graph), n => Assert.Equal("backbone.stem", n.Module));
    }

    [Fact]
    public void Assign_FusedNodes_CoverWhatWentIntoThem()
    {
        var before = new TestGraph().Node("Conv", "x w", "c").Node("Relu", "c", "r").Node("Gemm", "r v", "g").Node("Identity", "g", "nobody").Model.Graph;
        var after = new TestGraph().Node("FusedConv", "x w", "r").Node("QGemm", "r v", "other").Model.Graph;
        after.Node[1].Name = "g_node";

        var cover = NodeCover.Assign(before, after);

        Assert.Equal(["FusedConv", "FusedConv", "QGemm"], before.Node.Take(3).Select(n => cover[n.Name].OpType));
        Assert.False(cover.ContainsKey("nobody_node"));
    }

    [Fact]
    public void Assign_InsertedConversion_DoesNoneOfTheWork()
    {
        var before = new TestGraph().Node("Conv", "x w", "c").Model.Graph;
        var after = new TestGraph().Node("Conv", "x w", "block").Node("ReorderOutput", "block", "plain").Node("Cast", "plain", "c").Model.Graph;
        (after.Node[0].Name, after.Node[2].Name) = ("InsertedPrecisionFreeCast_c_node_nchwc", "InsertedPrecisionFreeCast_c_node");

        Assert.Equal("Conv", NodeCover.Assign(before, after)["c_node"].OpType);
    }
}
