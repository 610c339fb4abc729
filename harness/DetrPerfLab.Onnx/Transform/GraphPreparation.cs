namespace DetrPerfLab.Onnx;

/// <summary>Brings a model from any exporter into the form that the conversions expect. The model computes the same, but for rounding of folded weights.</summary>
static class GraphPreparation
{
    internal static ModelProto Prepare(ModelProto source)
    {
        OpsetUpgrade.Check(source);
        var editor = new GraphEditor(source.Clone());
        FreezeInitializers(editor.Model);
        NameNodes(editor);
        OpsetUpgrade.To11(editor);
        editor.Finish(); // sorts; a circle or a value made twice is refused here
        LiftConstants(editor);
        RemoveIdentities(editor);
        ConstantFolding.Run(editor);
        AffineFolding.BehindConvolution(editor);
        AffineFolding.BehindRelu(editor);
        editor.Finish();
        return editor.Model;
    }

    // Up to IR 3 every weight is also an input that a caller may override; ONNX Runtime fuses only what is constant.
    static void FreezeInitializers(ModelProto model)
    {
        var constants = model.Graph.Initializer.Select(i => i.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var input in model.Graph.Input.Where(i => constants.Contains(i.Name)).ToList()) { model.Graph.Input.Remove(input); }
        model.IrVersion = Math.Max(model.IrVersion, 4);
    }

    // Plans and reports speak of nodes by name. Exporters may leave names out or use one twice.
    static void NameNodes(GraphEditor editor)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (i, node) in editor.Graph.Node.Index())
        {
            if (node.Name.Length == 0 || !seen.Add(node.Name)) { seen.Add(node.Name = editor.Unique($"{(node.Name.Length == 0 ? node.OpType : node.Name)}_{i}")); }
        }
    }

    // Constant nodes become initializers, so that passes see one kind of constant. Sparse and string constants stay nodes.
    static void LiftConstants(GraphEditor editor)
    {
        foreach (var node in editor.Graph.Node.Where(n => n is { OpType: "Constant", Output: [_], Attribute: [_] } && n.IsStandard()).ToList())
        {
            var attribute = node.Attribute[0];
            var tensor = attribute.Name switch
            {
                "value" => attribute.T?.Clone(),
                "value_float" => OnnxTensors.Create<float>("", [], [attribute.F]),
                "value_floats" => OnnxTensors.Create<float>("", [attribute.Floats.Count], [.. attribute.Floats]),
                "value_int" => OnnxTensors.Create<long>("", [], [attribute.I]),
                "value_ints" => OnnxTensors.Create<long>("", [attribute.Ints.Count], [.. attribute.Ints]),
                _ => null,
            };
            if (tensor is not null) { editor.Replace(node, tensor); }
        }
    }

    // Identity, and Dropout at inference, pass their input on. One that makes a graph output, or whose value a subgraph reads, stays.
    static void RemoveIdentities(GraphEditor editor)
    {
        foreach (var node in editor.Graph.Node.Where(PassesOn).ToList())
        {
            var (from, to) = (node.Output[0], node.Input[0]);
            if (editor.Index.IsOutput(from) || editor.Index.IsCaptured(from)) { continue; }
            editor.Redirect(editor.Index.Consumers(from), from, to);
            editor.Remove(node);
        }
    }

    // Dropout with a mask output or a training switch is something else.
    static bool PassesOn(NodeProto node) => node.IsStandard() && node.Input.Count > 0 && node.OpType switch
    {
        "Identity" => true,
        "Dropout" => node.Input.Count < 3 && node.Output.Skip(1).All(o => o.Length == 0),
        _ => false,
    };
}
