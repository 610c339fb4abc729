using DataType = DetrPerfLab.Onnx.Proto.TensorProto.Types.DataType;

namespace DetrPerfLab.Tests.Onnx;

public class Fp16ConverterTests
{
    [Fact]
    public void Convert_WeightBeyondHalf_KeepsItsNodeFloatAndWarns()
    {
        var model = new TestGraph().Input("x", 1, 2).Output("y", 1, 2).Const("big", [2, 2], 1e6f, 1, 1, 1).Const("small", [2, 2], 3, 4, 5, 6)
            .Node("MatMul", "x small", "h").Node("MatMul", "h big", "y").Model;

        var (converted, report) = Fp16Converter.Convert(model);

        Assert.Equal(["h_node"], report.Converted);
        Assert.Contains("exceeds float16", report.Kept["y_node"]);
        Assert.Contains(report.Warnings, w => w.Contains("y_node"));
        Assert.Equal(DataType.Float, converted.Graph.Initializer.Single(t => t.Name == "big").Type());
    }

    [Fact]
    public void Convert_WeightBelowHalf_IsCounted()
    {
        var model = new TestGraph().Input("x", 1, 2).Output("y", 1, 1).Const("a", [2, 1], 1e-9f, 1).Node("MatMul", "x a", "y").Model;
        Assert.Contains(Fp16Converter.Convert(model).Report.Warnings, w => w.StartsWith("1 of 2 weights", StringComparison.Ordinal));
    }

    [Fact]
    public void Convert_ValueReadByHalfAndFloat_IsCastOnceEachWay()
    {
        var model = new TestGraph().Input("x", 2, 2).Output("y", 2, 2).Weights("w", [2, 2])
            .Node("MatMul", "x w", "h").Node("Softmax", "h", "s1").Node("Softmax", "h", "s2").Node("MatMul", "s1 w", "m1").Node("MatMul", "s1 w", "m2")
            .Node("Add", "m1 m2", "a").Node("Add", "a s2", "y").Model;

        var converted = Fp16Converter.Convert(model).Model;

        // x, s1 and s2 down; h and y up.
        Assert.Equal(["x", "s1", "s2"], Casts(DataType.Float16).Order().OrderBy(v => Array.IndexOf(["x", "s1", "s2"], v)));
        Assert.Equal(2, Casts(DataType.Float).Count());
        Assert.Single(converted.Graph.Initializer);

        IEnumerable<string> Casts(DataType to) => converted.Graph.Node.Where(n => n.OpType == "Cast" && n.GetInt("to", 0) == (long)to).Select(n => n.Input[0]);
    }

    [Fact]
    public void Convert_LightNodesBetweenKeptOnes_StayFloat()
    {
        var model = new TestGraph().Input("x", 2, 2).Output("y", 2, 2).Const("eps", [], 1e-6f).Weights("w", [2, 2])
            .Node("MatMul", "x w", "h").Node("ReduceMean", "h", "m", n => n.Set("axes", 1L)).Node("Add", "m eps", "e").Node("Sqrt", "e", "r").Node("Div", "h r", "y").Model;

        var report = Fp16Converter.Convert(model).Report;

        Assert.Equal("stands between float32 nodes", report.Kept["e_node"]);
        Assert.Equal(["h_node", "y_node"], report.Converted.Order());
    }

    [Fact]
    public void Convert_NothingToConvert_IsRefused()
    {
        var model = new TestGraph().Input("x", 2).Output("y", 2).Node("Softmax", "x", "y").Model;
        var error = Assert.Throws<LabException>(() => Fp16Converter.Convert(model));
        Assert.Contains("no node can become float16", error.Message);
    }
}
