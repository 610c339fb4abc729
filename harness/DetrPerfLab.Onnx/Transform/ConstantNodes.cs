namespace DetrPerfLab.Onnx;

/// <summary>Turns <c>Constant</c> nodes into initializers, so that passes see one kind of constant.</summary>
static class ConstantNodes
{
    /// <summary>Runs the pass on the main graph. Sparse and string constants stay nodes.</summary>
    public static void Lift(GraphEditor editor)
    {
        foreach (var node in editor.Graph.Node.Where(n => n is { OpType: "Constant", Domain: "" or "ai.onnx" }).ToList())
        {
            if (Tensor(node) is not { } tensor) { continue; }
            tensor.Name = node.Output[0];
            editor.Remove(node);
            editor.Graph.Initializer.Add(tensor);
        }

        editor.Changed();
    }

    static TensorProto? Tensor(NodeProto node)
    {
        if (node.Output is not [_] || node.Attribute is not [var attribute]) { return null; }
        return attribute.Name switch
        {
            "value" => attribute.T?.Clone(),
            "value_float" => OnnxTensors.Create<float>("", [], [attribute.F]),
            "value_floats" => OnnxTensors.Create<float>("", [attribute.Floats.Count], [.. attribute.Floats]),
            "value_int" => OnnxTensors.Create<long>("", [], [attribute.I]),
            "value_ints" => OnnxTensors.Create<long>("", [attribute.Ints.Count], [.. attribute.Ints]),
            _ => null,
        };
    }
}
