using DetrPerfLab.Onnx.Proto;
using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Onnx;

/// <summary>What ONNX Runtime makes of the converted graphs: the result and the fusions.</summary>
public class OrtConversionTests
{
    static readonly StaticOptions s_static = new() { Plan = QuantizationPlan.AllStatic, ReduceRange = false };

    public static TheoryData<string> Names => [.. QuantizationCases.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Fp16_OnOrt_ComputesAsTheSource(string name) => Agrees(name, Fp16Converter.Convert(Source(name)).Model, 4e-3);

    [Theory]
    [InlineData("residual")]
    [InlineData("linear")]
    [InlineData("shared-weight")]
    [InlineData("opset-11")]
    [InlineData("subgraph")]
    public void Dynamic_OnOrt_ComputesAsTheReferenceAndFuses(string name)
    {
        var (model, report) = DynamicQuantizer.Convert(Source(name), new QuantizationOptions { Plan = QuantizationPlan.AllDynamic, ReduceRange = false });
        Agrees(name, model, 0.03);
        // The reference runs the graph as written; the only freedom is a tie in rounding, half a code of some product.
        Assert.InRange(Distance(Reference(model, name), Ort(model, name)), 0, 0.01);
        var facts = Facts(model);
        Assert.Equal(report.Converted.Count, facts.QuantizedMatMuls);
        Assert.DoesNotContain(facts.Operators, o => o.Operator is "MatMulInteger" or "MatMul" or "Gemm");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Static_OnOrt_ComputesAsTheReferenceAndFuses(string name)
    {
        var model = Static(name, s_static);
        Agrees(name, model, 0.06);
        // ONNX Runtime rounds its integer results once where the reference quantises a real one: a code here and there.
        Assert.InRange(Distance(Reference(model, name), Ort(model, name)), 0, 0.03);

        var facts = Facts(model);
        Assert.Empty(facts.FloatConvs);
        Assert.Equal(0, facts.NeedlessPairs);
        Assert.DoesNotContain(facts.Operators, o => o.Operator is "MatMul" or "Gemm" || (o.Operator is "Relu" && name == "residual"));
    }

    [Fact]
    public void Static_ResidualBlock_HasBordersOnlyAtItsEdges()
    {
        var facts = Facts(Static("residual", s_static));
        Assert.Equal(2, facts.QuantizedConvs);
        Assert.Equal(1, facts.QuantizedMatMuls);
        Assert.Single(facts.QuantizeNodes);
        Assert.Empty(facts.DequantizeNodes); // QGemm gives float32 itself
        Assert.Contains(facts.Operators, o => o.Operator == "QLinearAdd");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Static_Int8Activations_ComputeAsTheSource(string name) =>
        // Symmetric: half of the codes of a one-sided tensor are unused.
        Agrees(name, Static(name, s_static with { ActivationType = QuantizedType.Int8, SymmetricActivations = true }), 0.1);

    [Theory]
    [MemberData(nameof(Names))]
    public void Static_ForTensorRt_ComputesAsTheSource(string name) => Agrees(name, Static(name, s_static with { ForTensorRt = true }), 0.1);

    [Fact]
    public void Static_NegativeShiftBehindRelu_VanishesWithTheClip()
    {
        var facts = Facts(Static("affine-relu", s_static));
        Assert.Equal(3, facts.QuantizedConvs);
        Assert.DoesNotContain(facts.Operators, o => o.Operator is "Clip" or "Relu");
    }

    [Theory]
    [InlineData(11)]
    [InlineData(13)]
    [InlineData(17)]
    [InlineData(21)]
    public void Static_AnyOpset_RunsOnOrt(int opset)
    {
        var model = QuantizationCases.All["residual"].Model();
        model.SetOpset(opset);
        model.IrVersion = opset > 20 ? 10 : 8;
        Agrees("residual", Static(model, "residual", s_static), 0.06);
    }

    [Fact]
    public void Run_InputMissing_IsRefused()
    {
        using var session = new OrtCalibrationRunner(1).Open(Source("linear"), ["y"]);
        Assert.Contains("'x'", Assert.Throws<LabException>(() => session.Run(new TensorSet(), (_, _) => { })).Message);
    }

    [Fact]
    public void Open_GraphThatIsNone_IsRefused()
    {
        var model = new TestGraph().Input("x", 1).Output("y", 1).Node("NoSuchOperator", "x", "y").Model;
        Assert.Contains("NoSuchOperator", Assert.Throws<LabException>(() => new OrtCalibrationRunner(1).Open(model, [])).Message);
    }

    static ModelProto Source(string name) => QuantizationCases.All[name].Model();

    static ModelProto Static(string name, StaticOptions options) => Static(Source(name), name, options);

    static ModelProto Static(ModelProto model, string name, StaticOptions options)
    {
        var inputs = Inputs(name);
        return ModelQuantizer.Static(new(model, ""), options, new OrtCalibrationRunner(1), inputs, inputs.Count).Model;
    }

    static void Agrees(string name, ModelProto model, double tolerance) => Assert.InRange(Distance(Ort(Source(name), name), Ort(model, name)), 0, tolerance);

    /// <summary>Largest difference in units of the largest expected value.</summary>
    static double Distance(double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        return expected.Zip(actual, (e, a) => Math.Abs(e - a)).Max() / expected.Max(Math.Abs);
    }

    static double[] Ort(ModelProto model, string name)
    {
        using var session = new OrtCalibrationRunner(1).Open(model, ["y"]);
        double[] result = [];
        session.Run(Inputs(name)[0], (_, values) => result = [.. values.ToArray().Select(v => (double)v)]);
        return result;
    }

    static double[] Reference(ModelProto model, string name)
    {
        var x = Inputs(name)[0]["x"];
        return ReferenceRuntime.Run(model, ("x", new(x.Shape.ToArray(), [.. x.Floats.ToArray().Select(v => (double)v)])))["y"].Data;
    }

    static GraphFacts Facts(ModelProto model)
    {
        using var folder = new TempFolder();
        OnnxFile.Save(model, folder.File("model.onnx"));
        return OptimizedGraphReader.Facts(folder.File("model.onnx"));
    }

    static List<TensorSet> Inputs(string name) => [.. new[] { 7, 8 }.Select(seed =>
    {
        var tensor = new HostTensor("x", ElementType.Float32, QuantizationCases.All[name].InputShape);
        TestGraph.Sequence(tensor.Count, seed, 2).CopyTo(tensor.Floats);
        return new TensorSet(tensor);
    })];
}
