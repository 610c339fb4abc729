using DetrPerfLab.Tests;
using DataType = DetrPerfLab.Onnx.Proto.TensorProto.Types.DataType;

namespace DetrPerfLab.EngineTests.Engines;

public class TypedTensorTests
{
    [Theory]
    [InlineData(DataType.Float16, ElementType.Float32, "float16")]
    [InlineData(DataType.Double, ElementType.Float32, "double")]
    [InlineData(DataType.Uint8, ElementType.Float32, "uint8")]
    [InlineData(DataType.Int32, ElementType.Int64, "int32")]
    [InlineData(DataType.Bool, ElementType.Int64, "bool")]
    public void Run_TensorsOfOtherTypes_CrossAndComeBack(DataType type, ElementType carrier, string name)
    {
        using var folder = new TempFolder();
        var graph = new TestGraph();
        graph.Model.Graph.Input.Add(OnnxValues.Create("x", type, ["N", 3]));
        graph.Model.Graph.Output.Add(OnnxValues.Create("y", type, ["N", 3]));
        graph.Node("Identity", "x", "y");
        OnnxFile.Save(graph.Model, folder.File("m.onnx"));

        Assert.Equal($"x {name} [N,3]", OnnxHeader.Read(folder.File("m.onnx")).Inputs[0].ToString());
        using var engine = new OrtEngine(folder.File("m.onnx"));
        Assert.Equal((carrier, name), (engine.Inputs[0].Type, engine.Inputs[0].StoredAs));
        var inputs = new TensorSet(new HostTensor("x", carrier, 2, 3));
        var outputs = engine.AllocateOutputs(inputs);
        for (var run = 0; run < 2; run++) // the second time through the same binding
        {
            if (carrier == ElementType.Float32) { new float[] { run, 1, 0, 1, 1, 0 }.CopyTo(inputs["x"].Floats); }
            else { new long[] { run, 1, 0, 1, 1, 0 }.CopyTo(inputs["x"].Longs); }
            engine.Run(inputs, outputs);
            Assert.Equal(inputs["x"].Bytes, outputs["y"].Bytes);
        }
    }

    [Fact]
    public void Read_TypeThatNoEngineTakes_IsNamed()
    {
        using var folder = new TempFolder();
        var graph = new TestGraph();
        graph.Model.Graph.Input.Add(OnnxValues.Create("x", DataType.String, ["N"]));
        graph.Model.Graph.Output.Add(OnnxValues.Create("y", DataType.String, ["N"]));
        OnnxFile.Save(graph.Node("Identity", "x", "y").Model, folder.File("m.onnx"));
        Assert.Contains("'x' is a tensor of string", Assert.Throws<LabException>(() => OnnxHeader.Read(folder.File("m.onnx"))).Message);
    }
}
