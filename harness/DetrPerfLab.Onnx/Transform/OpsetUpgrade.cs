namespace DetrPerfLab.Onnx;

/// <summary>Brings models of opset 7 to 10 to 11, from which the conversions start, and those of 11 and 12 to 13, the first in which QuantizeLinear knows an axis.</summary>
/// <remarks>
/// Source: onnx/onnx, docs/Changelog.md. Between 7 and 11 Clip, Pad and Slice take their numbers as inputs and BatchNormalization loses an attribute; what else changes
/// meaning is refused by name. Between 11 and 13 only these change meaning: Squeeze, Unsqueeze, ReduceSum and Split take their lists as
/// inputs, and Softmax, LogSoftmax and Hardmax work along one axis instead of over all from that axis on.
/// </remarks>
static class OpsetUpgrade
{
    const int Oldest = 7, Newest = 24;
    static readonly string[] s_otherBefore11 = ["Upsample", "Resize", "TopK", "OneHot", "Scan", "NonMaxSuppression", "ScatterElements", "Scatter", "If", "Loop", "QLinearConv", "QLinearMatMul"];

    internal static void Check(ModelProto model)
    {
        if (model.OpsetVersion() is var found && found is < Oldest or > Newest)
        {
            throw LabError.BadInput($"The model imports opset {found} of the standard operators, needed {Oldest} to {Newest}. Export it again with such an opset.");
        }
    }

    internal static void To11(GraphEditor editor)
    {
        if (editor.Model.OpsetVersion() is var opset && opset >= 11) { return; }
        foreach (var node in editor.Graph.Node.Where(n => n.IsStandard()).ToList())
        {
            if (s_otherBefore11.Contains(node.OpType) || (node.OpType == "BatchNormalization" && node.GetInt("spatial", 1) == 0))
            {
                throw LabError.CannotQuantize($"{node.OpType} '{node.Name}' of opset {opset} means something else from opset 11 on", "opset 11 or later", "Export the model again with such an opset.");
            }

            if (node.OpType == "BatchNormalization" && node.Find("spatial") is { } spatial) { node.Attribute.Remove(spatial); }
            if (node.OpType == "Clip") { FloatsToInputs(editor, node, "min", "max"); }
            if (node.OpType == "Slice" && opset < 10) { foreach (var list in (string[])["starts", "ends", "axes"]) { ToInput(editor, node, list); } }
            if (node.OpType == "Pad")
            {
                ToInput(editor, node, "pads");
                FloatsToInputs(editor, node, "value");
            }
        }

        editor.Model.SetOpset(11);
        editor.Model.IrVersion = Math.Max(editor.Model.IrVersion, 6); // the first that opset 11 goes with
    }

    static void FloatsToInputs(GraphEditor editor, NodeProto node, params string[] names)
    {
        foreach (var name in names)
        {
            var value = node.Find(name);
            if (value is not null) { node.Attribute.Remove(value); }
            node.Input.Add(value is null ? "" : editor.AddConstant<float>($"{node.Name}.{name}", [], [value.F])); // "": an input that is left out
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
