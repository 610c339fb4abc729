using System.Text.RegularExpressions;

namespace DetrPerfLab.Onnx;

/// <summary>Which part of a detector a node belongs to, told by its name.</summary>
public static partial class ModuleNames
{
    /// <summary>What neither its name nor its neighbours place.</summary>
    public const string Other = "other";

    /// <summary>The module of a node's or value's name: <c>backbone.layer3.2.conv2</c> is of <c>backbone.layer3</c>; null for <c>Conv_12</c>.</summary>
    public static string? Of(string name)
    {
        var path = NodeCover.OriginalName(name).Split(['.', '/'], StringSplitOptions.RemoveEmptyEntries).SkipWhile(p => p is "model" or "module").ToArray();
        if (path.Length == 0) { return null; }
        if (path[0] == "backbone")
        {
            var match = Backbone().Match(string.Join('.', path.Skip(1)));
            return match.Groups["stage"] is { Success: true, Value: var stage } ? $"backbone.{stage}" : match.Success ? "backbone.stem" : "backbone";
        }

        return path[0] switch
        {
            "input_proj" or "position" or "encoder" or "decoder" => path[0],
            "class_embed" or "bbox_embed" => "heads",
            _ => path.Length > 1 ? path[0] : null,
        };
    }

    /// <summary>The module of each node of a graph, in the graph's order.</summary>
    /// <remarks>What a node's name does not tell is told by the values that it makes, then by where its inputs come from, then by who reads it.</remarks>
    public static IReadOnlyList<(NodeProto Node, string Module)> OfGraph(GraphProto graph)
    {
        var borders = graph.Input.Concat(graph.Output).Select(i => i.Name).ToHashSet(StringComparer.Ordinal);
        var modules = new Dictionary<string, string>(StringComparer.Ordinal); // of values, by who makes them
        var placed = new string?[graph.Node.Count];
        for (var i = 0; i < placed.Length; i++)
        {
            var node = graph.Node[i];
            placed[i] = Named(node.Name) ?? node.Output.Select(Named).FirstOrDefault(m => m is not null)
                ?? node.Input.Select(v => modules.GetValueOrDefault(v)).FirstOrDefault(m => m is not null);
            if (placed[i] is not { } module) { continue; }
            foreach (var output in node.Output) { modules[output] = module; }
        }

        var readers = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = placed.Length - 1; i >= 0; i--)
        {
            var node = graph.Node[i];
            placed[i] ??= node.Output.Select(v => readers.GetValueOrDefault(v)).FirstOrDefault(m => m is not null);
            if (placed[i] is not { } module) { continue; }
            foreach (var input in node.Input) { readers[input] = module; }
        }

        return [.. graph.Node.Select((node, i) => (node, placed[i] ?? Other))];

        // What a converter adds at an input or output bears that one's name, which is no module.
        string? Named(string name) => Of(name) is { } module && !borders.Contains(module) ? module : null;
    }

    [GeneratedRegex(@"^((?<stage>layer\d+|stages\.\d+)|stem|conv1|bn1|maxpool)", RegexOptions.CultureInvariant)]
    private static partial Regex Backbone();
}
