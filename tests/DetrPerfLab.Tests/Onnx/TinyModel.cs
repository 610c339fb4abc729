using DetrPerfLab.Onnx.Proto;
using DataType = DetrPerfLab.Onnx.Proto.TensorProto.Types.DataType;

namespace DetrPerfLab.Tests.Onnx;

/// <summary>y = x + w, the smallest model worth a test.</summary>
static class TinyModel
{
    public static ModelProto Create()
    {
        var node = new NodeProto { Name = "add", OpType = "Add", Input = { "x", "w" }, Output = { "y" } };
        var model = new ModelProto
        {
            IrVersion = 8,
            Graph = new GraphProto
            {
                Name = "tiny",
                Node = { node },
                Initializer = { OnnxTensors.Create<float>("w", [2], [1, 2]) },
                Input = { OnnxValues.Create("x", DataType.Float, ["N", 2]) },
                Output = { OnnxValues.Create("y", DataType.Float, ["N", 2]) },
            },
        };
        model.SetOpset(17);
        return model;
    }

    /// <summary>The same with <c>w</c> in another file.</summary>
    public static ModelProto CreateExternal(string location, string? offset = null, string? length = null)
    {
        var model = Create();
        var tensor = model.Graph.Initializer[0];
        tensor.ClearRawData();
        tensor.DataLocation = TensorProto.Types.DataLocation.External;
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = location });
        if (offset is not null) { tensor.ExternalData.Add(new StringStringEntryProto { Key = "offset", Value = offset }); }
        if (length is not null) { tensor.ExternalData.Add(new StringStringEntryProto { Key = "length", Value = length }); }
        return model;
    }
}
