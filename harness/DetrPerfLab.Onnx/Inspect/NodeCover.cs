using System.Text.RegularExpressions;

namespace DetrPerfLab.Onnx;

/// <summary>Which node of a rewritten graph does the work of each node of the graph that it was made from.</summary>
/// <remarks>Fusing keeps the name of one of the fused nodes, or of the value that they give. What kept neither went into the node that reads its result.</remarks>
public static partial class NodeCover
{
    public static string NameOf(NodeProto node) => node.Name.Length > 0 ? node.Name : node.Output.FirstOrDefault() ?? "";

    /// <summary>The name without what ONNX Runtime adds when it rewrites a node: <c>InsertedPrecisionFreeCast_a_nchwc</c> was <c>a</c>.</summary>
    public static string OriginalName(string name) => Added().Replace(name, "");

    /// <summary>The covering node for each node of the original, by its name; nodes whose work nobody does any more are absent.</summary>
    public static IReadOnlyDictionary<string, NodeProto> Assign(GraphProto original, GraphProto rewritten)
    {
        var byName = new Dictionary<string, NodeProto>(StringComparer.Ordinal);
        var byValue = new Dictionary<string, NodeProto>(StringComparer.Ordinal);
        foreach (var node in rewritten.Node)
        {
            if (node.Name.Length > 0) { byName.TryAdd(node.Name, node); }
        }

        // A conversion that was put in bears the name of what it converts, but does none of its work.
        foreach (var node in rewritten.Node.Where(n => n.OpType is not ("Cast" or "QuantizeLinear" or "DequantizeLinear" or "ReorderInput" or "ReorderOutput")))
        {
            if (node.Name.Length > 0) { byName.TryAdd(OriginalName(node.Name), node); }
            foreach (var output in node.Output) { byValue.TryAdd(output, node); }
        }

        var index = new GraphIndex(original);
        var cover = new Dictionary<string, NodeProto>(StringComparer.Ordinal);
        foreach (var node in original.Node.Reverse())
        {
            var covering = byName.GetValueOrDefault(node.Name)
                ?? node.Output.Select(byValue.GetValueOrDefault).FirstOrDefault(n => n is not null)
                ?? node.Output.SelectMany(index.Consumers).Select(c => cover.GetValueOrDefault(NameOf(c))).FirstOrDefault(n => n is not null);
            if (covering is not null) { cover[NameOf(node)] = covering; }
        }

        return cover;
    }

    [GeneratedRegex(@"^(fused |InsertedPrecisionFreeCast_|InsertedCast_)+|(_nchwc|_token_\d+|_post_dq\d*|_quant)+$", RegexOptions.CultureInvariant)]
    private static partial Regex Added();
}
