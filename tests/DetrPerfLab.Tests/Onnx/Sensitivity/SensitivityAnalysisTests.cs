namespace DetrPerfLab.Tests.Onnx;

public class SensitivityAnalysisTests
{
    [Fact]
    public void Run_LayerWithOneHugeWeight_IsTheMostSensitive()
    {
        // One scale a weight: the outlier of `bad` leaves two steps for all its other weights.
        var bad = TestGraph.Sequence(64, 3, 0.02f);
        bad[5] = 2;
        var model = new TestGraph().Input("x", "N", 8).Output("y", "N", 8).Weights("good1", [8, 8], 0.5f).Const("bad", [8, 8], bad).Weights("good2", [8, 8], 0.5f)
            .Node("MatMul", "x good1", "a").Node("MatMul", "a bad", "b").Node("MatMul", "b good2", "y").Model;
        var options = new SensitivityOptions { Quantization = new() { Plan = QuantizationPlan.AllStatic, PerChannel = false, ReduceRange = false } };

        var table = SensitivityAnalysis.Run(new ReferenceRunner(), model, [Input(8)], options);

        Assert.Equal(["b_node", "a_node", "y_node"], table.Groups.Select(g => g.Group).OrderBy(g => g == "b_node" ? 0 : 1).ThenBy(g => g));
        Assert.Equal("b_node", table.Groups[0].Group);
        Assert.All(table.Groups, g => Assert.InRange(g.SqnrDb, 5, 60));
        Assert.All(table.Groups, g => Assert.InRange(g.Cosine, 0.5, 1));
        Assert.All(table.Groups, g => Assert.Equal(1 / 3.0, g.WorkShare, 9));
    }

    [Fact]
    public void Run_MixedPlan_MeasuresDynamicAndStaticNodesByModule()
    {
        var model = QuantizationCases.All["residual"].Model();
        foreach (var (name, index) in new[] { "backbone.0.conv", "backbone.1.conv", "head.fc" }.Select((n, i) => (n, i)))
        {
            model.Graph.Node.Where(n => n.OpType is "Conv" or "Gemm").ElementAt(index).Name = name;
        }

        var x = new HostTensor("x", ElementType.Float32, 1, 3, 8, 8);
        TestGraph.Sequence(x.Count, 7, 2).CopyTo(x.Floats);
        var steps = new List<(long, long)>();
        var table = SensitivityAnalysis.Run(new ReferenceRunner(), model, [new TensorSet(x)], new SensitivityOptions
        {
            ModuleDepth = 1,
            Progress = (done, of) => steps.Add((done, of)),
        });

        Assert.Equal(["backbone", "head"], table.Groups.Select(g => g.Group).Order());
        Assert.Equal(2, table.Groups.Single(g => g.Group == "backbone").Nodes.Count);
        Assert.Equal(1, table.Groups.Sum(g => g.WorkShare), 9);
        Assert.Equal([(1L, 2L), (2L, 2L)], steps);
    }

    [Theory]
    [InlineData("backbone.layer1.0.conv1", 2, "backbone.layer1")]
    [InlineData("/model/decoder/layers.0/MatMul", 2, "/model/decoder")]
    [InlineData("a.b", 5, "a.b")]
    [InlineData("a.b", 0, "a.b")]
    public void GroupOf_Name_IsItsFirstParts(string name, int depth, string expected) => Assert.Equal(expected, SensitivityAnalysis.GroupOf(name, depth));

    [Fact]
    public void SaveAndLoad_Table_AppliesItsKeepList()
    {
        using var folder = new TempFolder();
        var table = new SensitivityTable
        {
            InputSha256 = "00",
            Groups = [new() { Group = "g", Nodes = ["conv.1"], WorkShare = 1, SqnrDb = 3, Cosine = 0.9 }],
            KeepList = new(0.01, 0.001, true, ["g"], 0, 3),
        };
        table.Save(folder.File("table.json"));

        var plan = SensitivityTable.Load(folder.File("table.json")).Apply(QuantizationPlan.AllStatic).Compile(new(), new(new()));

        Assert.Equal(NodePrecision.Float, plan(new() { OpType = "Conv", Name = "conv.1" }));
        Assert.Equal(NodePrecision.Static, plan(new() { OpType = "Conv", Name = "conv.12" }));
    }

    [Fact]
    public void Load_NoTable_IsRefused()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder.File("table.json"), "{}");
        Assert.Throws<LabException>(() => SensitivityTable.Load(folder.File("table.json")));
    }

    static TensorSet Input(int width)
    {
        var x = new HostTensor("x", ElementType.Float32, 4, width);
        TestGraph.Sequence(x.Count, 7, 2).CopyTo(x.Floats);
        return new TensorSet(x);
    }
}
