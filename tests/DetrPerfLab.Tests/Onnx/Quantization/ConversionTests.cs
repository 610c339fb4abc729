using DetrPerfLab.Onnx.Proto;
using Google.Protobuf;

namespace DetrPerfLab.Tests.Onnx;

/// <summary>Every conversion over every small graph: the graph as committed, the result as the source, the same bytes each time.</summary>
public class ConversionTests
{
    static readonly Dictionary<string, Func<string, ModelProto>> s_conversions = new()
    {
        ["prepared"] = c => GraphPreparation.Prepare(Source(c)),
        ["fp16"] = c => Fp16Converter.Convert(Source(c)).Model,
        ["fp16-weights"] = c => HalfStorage.Convert(Source(c), new HalfStorageOptions { LeastElements = 1 }).Model,
        ["int8-dynamic"] = c => DynamicQuantizer.Convert(Source(c), new QuantizationOptions { Plan = QuantizationPlan.AllDynamic, ReduceRange = false }).Model,
        ["int8-static"] = c => Static(c, new StaticOptions { Plan = QuantizationPlan.AllStatic, ReduceRange = false }),
        ["int8-static-symmetric"] = c => Static(c, new StaticOptions
        {
            Plan = QuantizationPlan.AllStatic,
            ReduceRange = true,
            PerChannel = false,
            ActivationType = QuantizedType.Int8,
            SymmetricActivations = true,
        }),
        ["int8-tensorrt"] = c => Static(c, new StaticOptions { Plan = QuantizationPlan.AllStatic, ReduceRange = false, ForTensorRt = true }),
    };

    /// <summary>Largest difference to the source, in units of its largest output.</summary>
    static readonly Dictionary<string, double> s_tolerances = new()
    {
        ["prepared"] = 1e-6, // roundings of folded weights
        ["fp16"] = 4e-3, // half has 11 bits; a handful of roundings in a row
        ["fp16-weights"] = 2e-3, // weights alone have 11 bits
        ["int8-dynamic"] = 0.03, // two layers of 8-bit weights and activations
        ["int8-static"] = 0.06, // every activation 8 bits
        ["int8-static-symmetric"] = 0.15, // 7-bit weights, one scale a weight, half of the codes unused
        ["int8-tensorrt"] = 0.06, // activations about 0: those behind ReLU use half of the codes
    };

    public static TheoryData<string, string> Cases
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var conversion in s_conversions.Keys)
            {
                foreach (var name in QuantizationCases.All.Keys.Where(n => Applies(conversion, n))) { data.Add(conversion, name); }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Convert_SmallGraph_IsAsCommitted(string conversion, string name) =>
        Golden.Equal(GraphText.Of(s_conversions[conversion](name)), "onnx-golden", $"{name}.{conversion}.txt");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Convert_SmallGraph_ComputesAsTheSource(string conversion, string name)
    {
        var expected = Run(Source(name), name);
        var actual = Run(s_conversions[conversion](name), name);

        Assert.Equal(expected.Shape, actual.Shape);
        var scale = expected.Data.Max(Math.Abs);
        var error = expected.Data.Zip(actual.Data, (e, a) => Math.Abs(e - a)).Max() / scale;
        Assert.InRange(error, 0, s_tolerances[conversion]);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Convert_Twice_GivesTheSameBytesAndLeavesTheSource(string conversion, string name)
    {
        var source = Source(name);
        Assert.Equal(s_conversions[conversion](name).ToByteArray(), s_conversions[conversion](name).ToByteArray());
        Assert.Equal(QuantizationCases.All[name].Model(), source);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Convert_InterfaceOfTheModel_StaysFloat32(string conversion, string name)
    {
        var source = Source(name);
        var converted = s_conversions[conversion](name);
        Assert.Equal(source.Graph.Input, converted.Graph.Input);
        Assert.Equal(source.Graph.Output, converted.Graph.Output);
        Assert.Equal(TensorProto.Types.DataType.Float, ElementTypes.Infer(converted.Graph)["y"]);
    }

    static bool Applies(string conversion, string name) => conversion != "int8-dynamic" || Source(name).Graph.Node.Any(n => n.OpType is "MatMul" or "Gemm");

    static ModelProto Source(string name) => QuantizationCases.All[name].Model();

    static ReferenceRuntime.Tensor Run(ModelProto model, string name) => ReferenceRuntime.Run(model, ("x", Input(name, 7)))["y"];

    static ReferenceRuntime.Tensor Input(string name, int seed)
    {
        var shape = QuantizationCases.All[name].InputShape;
        return new(shape, [.. TestGraph.Sequence((int)shape.Aggregate(1L, (a, b) => a * b), seed, 2).Select(v => (double)v)]);
    }

    static ModelProto Static(string name, StaticOptions options)
    {
        var (quantizer, inputs) = (new StaticQuantizer(Source(name), options), Inputs(name));
        return quantizer.Convert(ActivationCalibration.Run(new ReferenceRunner(), quantizer.Prepared, quantizer.TensorsToCalibrate, inputs, inputs.Count).Ranges(options)).Model;
    }

    static List<TensorSet> Inputs(string name) => [.. new[] { 7, 8 }.Select(seed =>
    {
        var input = Input(name, seed);
        var tensor = new HostTensor("x", ElementType.Float32, input.Shape);
        input.Data.Select(v => (float)v).ToArray().CopyTo(tensor.Floats);
        return new TensorSet(tensor);
    })];
}
