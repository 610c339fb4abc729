namespace DetrPerfLab.Onnx;

/// <summary>Brings a model from any exporter into the form that the conversions expect. The model computes the same, but for rounding of folded weights.</summary>
static class GraphPreparation
{
    /// <summary>A prepared copy; <paramref name="source"/> stays as it is.</summary>
    /// <param name="source">Any model within the supported opsets.</param>
    /// <exception cref="Core.LabException">Unsupported opset, or a graph that is none.</exception>
    public static ModelProto Prepare(ModelProto source)
    {
        OpsetUpgrade.Check(source);
        var editor = new GraphEditor(source.Clone());
        FreezeInitializers(editor.Model);
        NameNodes(editor);
        editor.Finish(); // sorts; a circle or a value made twice is refused here
        ConstantNodes.Lift(editor);
        IdentityRemoval.Run(editor);
        ConstantFolding.Run(editor);
        ConvAffineFolding.Run(editor);
        ReluAffineFolding.Run(editor);
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
        for (var i = 0; i < editor.Graph.Node.Count; i++)
        {
            var node = editor.Graph.Node[i];
            if (node.Name.Length == 0 || !seen.Add(node.Name)) { seen.Add(node.Name = editor.Unique($"{(node.Name.Length == 0 ? node.OpType : node.Name)}_{i}")); }
        }
    }
}
