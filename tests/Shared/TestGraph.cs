using DetrPerfLab.Onnx.Proto;
using DataType = DetrPerfLab.Onnx.Proto.TensorProto.Types.DataType;

namespace DetrPerfLab.Tests;

/// <summary>Builds small ONNX models line by line.</summary>
sealed class TestGraph
{
    public TestGraph(long opset = 17)
    {
        Model = new ModelProto { IrVersion = 8, Graph = new GraphProto { Name = "test" } };
        Model.SetOpset(opset);
    }

    public ModelProto Model { get; }

    public TestGraph Input(string name, params Dimension[] shape)
    {
        Model.Graph.Input.Add(OnnxValues.Create(name, DataType.Float, shape));
        return this;
    }

    public TestGraph Output(string name, params Dimension[] shape)
    {
        Model.Graph.Output.Add(OnnxValues.Create(name, DataType.Float, shape));
        return this;
    }

    public TestGraph Const(string name, long[] dims, params float[] values)
    {
        Model.Graph.Initializer.Add(OnnxTensors.Create<float>(name, dims, values));
        return this;
    }

    /// <summary>Values in [-scale, scale] from a formula: the same on every machine.</summary>
    public TestGraph Weights(string name, long[] dims, float scale = 1)
    {
        var count = dims.Aggregate(1L, (a, b) => a * b);
        return Const(name, dims, Sequence((int)count, name.Length, scale));
    }

    public TestGraph Longs(string name, params long[] values)
    {
        Model.Graph.Initializer.Add(OnnxTensors.Create<long>(name, [values.Length], values));
        return this;
    }

    public TestGraph Node(string op, string inputs, string outputs, Action<NodeProto>? set = null)
    {
        var node = new NodeProto { OpType = op, Name = outputs.Split(' ')[0] + "_node" };
        node.Input.AddRange(inputs.Split(' ').Select(i => i == "-" ? "" : i));
        node.Output.AddRange(outputs.Split(' '));
        set?.Invoke(node);
        Model.Graph.Node.Add(node);
        return this;
    }

    /// <summary>Values in [-scale, scale]: multiples of 1/64 steps of a golden-ratio walk.</summary>
    public static float[] Sequence(int count, int seed, float scale)
    {
        var values = new float[count];
        for (var i = 0; i < count; i++)
        {
            var fraction = ((i + 1) * 0.6180339887498949 + seed * 0.37) % 1;
            values[i] = scale * (float)(Math.Round((2 * fraction - 1) * 64) / 64);
        }

        return values;
    }
}
