namespace DetrPerfLab.Onnx;

/// <summary>Brings models of opset 11 and 12 to 13, the first in which QuantizeLinear knows an axis.</summary>
/// <remarks>
/// Source: onnx/onnx, docs/Changelog.md. Between 11 and 13 only these change meaning: Squeeze, Unsqueeze, ReduceSum and Split take their lists as
/// inputs, and Softmax, LogSoftmax and Hardmax work along one axis instead of over all from that axis on.
/// </remarks>
static class OpsetUpgrade
{
    const int Oldest = 11, Newest = 24;

    internal static void Check(ModelProto model)
    {
        if (model.OpsetVersion() is var found && found is < Oldest or > Newest)
        {
            throw LabError.BadInput($"The model imports opset {found} of the standard operators, needed {Oldest} to {Newest}. Export it again with such an opset.");
        }
    }

    internal static void To13(GraphEditor editor)
    {
        if (editor.Model.OpsetVersion() is var opset && opset >= 13) { return; }
        var inner = editor.Graph.WithSubgraphs().Skip(1).SelectMany(g => g.Node).Concat(editor.Model.Functions.SelectMany(f => f.Node));
        if (inner.FirstOrDefault(n => Changed(n) is not null) is { } hidden)
        {
            throw LabError.CannotQuantize($"{hidden.OpType} '{hidden.Name}' of opset {opset} stands inside a subgraph", "opset 13 or later there", "Export the model again with opset 13 or later.");
        }

        foreach (var node in editor.Graph.Node.ToList())
        {
            if (Changed(node) is not { } attribute) { continue; }
            if (attribute == "axis") { Softmax(editor, node); }
            else { ToInput(editor, node, attribute); }
        }

        editor.Model.SetOpset(13);
        editor.Model.IrVersion = Math.Max(editor.Model.IrVersion, 7); // the first that opset 13 goes with
    }

    static string? Changed(NodeProto node) => !node.IsStandard() ? null : node.OpType switch
    {
        "Squeeze" or "Unsqueeze" or "ReduceSum" => "axes",
        "Split" => "split",
        "Softmax" or "LogSoftmax" or "Hardmax" => "axis",
        _ => null,
    };

    static void ToInput(GraphEditor editor, NodeProto node, string attribute)
    {
        if (node.Find(attribute) is not { } list) { return; }
        node.Attribute.Remove(list);
        node.Input.Add(editor.AddConstant<long>($"{node.Name}.{attribute}", [list.Ints.Count], [.. list.Ints]));
    }

    // Old: everything from `axis` (default 1) on is one axis. -1 is the last axis alone, which is what opset 13 means by it too.
    static void Softmax(GraphEditor editor, NodeProto node)
    {
        var axis = node.GetInt("axis", 1);
        node.Set("axis", -1);
        if (axis == -1) { return; }
        var (input, output) = (node.Input[0], node.Output[0]);
        var flat = editor.AddNode("Flatten", node.Name + ".flatten", [input], node.Name + ".flat").Set("axis", axis);
        var shape = editor.AddNode("Shape", node.Name + ".shape", [input], node.Name + ".shape");
        node.Input[0] = flat.Output[0];
        var inner = editor.RenameOutput(node, 0, node.Name + ".inner");
        var back = editor.AddNode("Reshape", node.Name + ".back", [inner, shape.Output[0]], node.Name + ".back");
        back.Output[0] = output;
    }
}
