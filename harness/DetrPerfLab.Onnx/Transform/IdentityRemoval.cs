namespace DetrPerfLab.Onnx;

/// <summary>Removes nodes that pass their input on: <c>Identity</c>, and <c>Dropout</c> at inference.</summary>
static class IdentityRemoval
{
    /// <summary>Runs the pass. A node that makes a graph output, or whose value a subgraph reads, stays.</summary>
    public static void Run(GraphEditor editor)
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
    static bool PassesOn(NodeProto node) => node.Domain is "" or "ai.onnx" && node.Input.Count > 0 && node.OpType switch
    {
        "Identity" => true,
        "Dropout" => node.Input.Count < 3 && node.Output.Skip(1).All(o => o.Length == 0),
        _ => false,
    };
}
