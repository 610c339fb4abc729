namespace DetrPerfLab.Tests.Onnx;

/// <summary>Each rule against a count by hand.</summary>
public class FlopCounterTests
{
    public static TheoryData<string, string, string, double> Rules => new()
    {
        // Every element of the output is 3 * 2 * 2 multiply-adds and one addition of the bias.
        { "Conv", "x:1,3,5,5 w:4,3,2,2 b:4", "1,4,4,4", 64 * ((2 * 12) + 1) },
        { "Conv", "x:1,3,5,5 w:4,3,2,2", "1,4,4,4", 64 * 2 * 12 },
        { "Conv", "x:1,8,4,4 w:8,1,3,3", "1,8,4,4", 128 * 2 * 9 }, // depthwise: one input channel a filter
        { "QLinearConv", "x:1,3,5,5 xs: xz: w:4,3,2,2 ws: wz: ys: yz: b:4", "1,4,4,4", 64 * ((2 * 12) + 1) },
        { "ConvInteger", "x:1,3,5,5 w:4,3,2,2 z:", "1,4,4,4", 64 * 2 * 12 }, // the third input is a zero point
        { "ConvTranspose", "x:1,3,4,4 w:3,5,2,2", "1,5,8,8", 48 * 2 * 20 },
        { "Gemm", "x:7,5 w:5,3 b:3", "7,3", 7 * 3 * ((2 * 5) + 1) },
        { "Gemm", "x:5,7 w:5,3", "7,3", 7 * 3 * 2 * 5 }, // x transposed: the same work
        { "MatMul", "x:2,8,7,5 y:2,8,5,3", "2,8,7,3", 2 * 8 * 7 * 3 * 2 * 5 },
        { "DynamicQuantizeMatMul", "x:7,5 w:5,3 s: z: b:3", "7,3", 7 * 3 * ((2 * 5) + 1) },
        { "MultiHeadAttention", "q:1,4,16 k:1,6,16 v:1,6,16", "1,4,16", (2 * 4 * 6 * 32) + (5 * 2 * 4 * 6) },
        { "MaxPool", "x:1,2,4,4", "1,2,2,2", 8 * 9 },
        { "GlobalAveragePool", "x:1,2,4,4", "1,2,1,1", 32 },
        { "Softmax", "x:2,6", "2,6", 60 },
        { "LayerNormalization", "x:2,6 s:6 b:6", "2,6", 84 },
        { "Relu", "x:2,6", "2,6", 12 },
        { "Transpose", "x:2,6", "6,2", 0 },
    };

    [Theory]
    [MemberData(nameof(Rules))]
    public void Count_Operator_IsTheCountByHand(string op, string inputs, string output, double expected)
    {
        var shapes = new Dictionary<string, IReadOnlyList<long>> { ["out"] = Shape(output) };
        var names = inputs.Split(' ').Select(i => i.Split(':')).ToList();
        foreach (var name in names) { shapes[name[0]] = Shape(name[1]); }
        var model = new TestGraph().Node(op, string.Join(' ', names.Select(n => n[0])), "out", n => n.Set("kernel_shape", 3, 3).Set("num_heads", 2)).Model;

        var count = FlopCounter.Count(model, shapes);

        Assert.Equal(expected, count.Total);
        Assert.Empty(count.NotCounted);
    }

    [Fact]
    public void Count_UnknownOperatorOrShape_IsNamedAndNotGuessed()
    {
        var model = new TestGraph().Node("GridSample", "x g", "a").Node("GridSample", "a g", "b").Node("Relu", "b", "c").Node("Relu", "c", "d").Model;

        var count = FlopCounter.Count(model, new Dictionary<string, IReadOnlyList<long>> { ["c"] = [2, 3] });

        Assert.Equal(6, count.Total);
        Assert.Equal([new("GridSample", 2), new("Relu", 1)], count.NotCounted);
    }

    [Fact]
    public void Count_Modules_AddUpToTheTotal()
    {
        var model = new TestGraph().Node("Relu", "x", "backbone.layer1.0.a").Node("Relu", "backbone.layer1.0.a", "backbone.layer1.1.b").Node("Relu", "backbone.layer1.1.b", "encoder.c").Model;
        foreach (var node in model.Graph.Node) { node.Name = node.Output[0]; }
        var shapes = model.Graph.Node.ToDictionary(n => n.Output[0], _ => (IReadOnlyList<long>)[4L]);

        var count = FlopCounter.Count(model, shapes);

        Assert.Equal([new("backbone.layer1", 8), new("encoder", 4)], count.Modules);
        Assert.Equal(count.Total, count.Nodes.Sum(n => n.Flops));
    }

    static long[] Shape(string text) => [.. text.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(long.Parse)];
}
