using DetrPerfLab.Onnx.Proto;

namespace DetrPerfLab.Tests.Onnx;

/// <summary>Hostile or unsupported graphs: a clear message, never a crash or a hang.</summary>
public class UnsupportedModelTests
{
    static readonly Dictionary<string, (Func<ModelProto> Model, string Message)> s_models = new()
    {
        ["opset 6"] = (() => new TestGraph(6).Input("x", 1).Output("y", 1).Node("Relu", "x", "y").Model, "opset 6"),
        ["Resize of opset 10"] = (() => new TestGraph(10).Input("x", 1, 1, 2, 2).Output("y", 1, 1, 4, 4).Const("s", [4], 1, 1, 2, 2).Node("Resize", "x s", "y").Model, "Resize 'y_node' of opset 10 means something else"),
        ["opset 99"] = (() => new TestGraph(99).Input("x", 1).Output("y", 1).Node("Relu", "x", "y").Model, "opset 99"),
        ["circle"] = (() => new TestGraph().Input("x", 2, 2).Output("y", 2, 2).Node("MatMul", "x b", "a").Node("Relu", "a", "b").Node("Add", "a b", "y").Model, "waits for a value"),
        ["value made twice"] = (() => new TestGraph().Input("x", 1).Output("y", 1).Node("Relu", "x", "y").Node("Neg", "x", "y").Model, "made twice"),
        ["initializer twice"] = (() => new TestGraph().Input("x", 1).Output("y", 1).Const("w", [1], 1).Const("w", [1], 2).Node("Add", "x w", "y").Model, "stands in it twice"),
        ["no weights"] = (() => new TestGraph().Input("x", 2, 2).Output("y", 2, 2).Node("Relu", "x", "y").Model, "cannot be converted"),
        ["tensor shorter than its shape"] = (ShortWeight, "bytes of data"),
        ["self-reading node"] = (() => new TestGraph().Input("x", 2, 2).Output("y", 2, 2).Node("Add", "x y", "y").Model, "waits for a value"),
    };

    public static TheoryData<string> Names => [.. s_models.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void DynamicQuantizer_HostileGraph_IsRefused(string name) =>
        Refused(name, m => DynamicQuantizer.Convert(m, new QuantizationOptions { Plan = QuantizationPlan.AllDynamic }));

    [Theory]
    [MemberData(nameof(Names))]
    public void StaticQuantizer_HostileGraph_IsRefused(string name) => Refused(name, m =>
    {
        var quantizer = new StaticQuantizer(m, new StaticOptions { Plan = QuantizationPlan.AllStatic });
        return quantizer.Convert(quantizer.TensorsToCalibrate.ToDictionary(t => t, _ => new TensorRange(-1, 1)));
    });

    [Fact]
    public void Upgrade_OldOperatorInsideASubgraph_IsRefused()
    {
        var model = QuantizationCases.All["subgraph"].Model();
        model.SetOpset(11);
        var branch = model.Graph.Node.First(n => n.OpType == "If").Attribute[0].G;
        branch.Node[0].OpType = "Softmax";
        var error = Assert.Throws<LabException>(() => new StaticQuantizer(model, new StaticOptions { Plan = QuantizationPlan.AllStatic }));
        Assert.Contains("inside a subgraph", error.Message);
    }

    [Theory]
    [InlineData("(a")]
    [InlineData(@"(a)\1")]
    public void Plan_PatternThatIsNone_IsRefused(string pattern)
    {
        var plan = new QuantizationPlan { Rules = [new() { Name = pattern, Precision = NodePrecision.Static }] };
        Assert.Equal(ExitCode.BadInput, Assert.Throws<LabException>(() => plan.Compile(new(), new(new()))).ExitCode);
    }

    static void Refused(string name, Func<ModelProto, ConversionResult> convert)
    {
        var error = Assert.Throws<LabException>(() => convert(s_models[name].Model()));
        Assert.Equal(ExitCode.BadInput, error.ExitCode);
        Assert.Contains(s_models[name].Message, error.Message);
    }

    static ModelProto ShortWeight()
    {
        var model = new TestGraph().Input("x", "N", 4).Output("y", "N", 4).Weights("w", [4, 4]).Node("MatMul", "x w", "y").Model;
        model.Graph.Initializer[0].RawData = Google.Protobuf.ByteString.CopyFrom(1, 2, 3, 4);
        return model;
    }
}
