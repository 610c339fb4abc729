namespace DetrPerfLab.Onnx;

/// <summary>What passes over whole models need: walks over nodes and tensors, operator sets, metadata.</summary>
static class OnnxModels
{
    internal const string OrtDomain = "com.microsoft"; // of ONNX Runtime's own operators

    /// <summary>Version of the standard operators; 0 where the model does not import them.</summary>
    internal static long OpsetVersion(this ModelProto model) => model.OpsetImport.FirstOrDefault(o => IsStandard(o.Domain))?.Version ?? 0;

    internal static void SetOpset(this ModelProto model, long version)
    {
        if (model.OpsetImport.FirstOrDefault(o => IsStandard(o.Domain)) is { } opset) { opset.Version = version; }
        else { model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = version }); }
    }

    internal static string? GetMetadata(this ModelProto model, string key) => model.MetadataProps.FirstOrDefault(p => p.Key == key)?.Value;

    /// <summary>Adds or replaces a value; null removes it.</summary>
    internal static void SetMetadata(this ModelProto model, string key, string? value)
    {
        var entry = model.MetadataProps.FirstOrDefault(p => p.Key == key);
        if (entry is not null && value is not null) { entry.Value = value; }
        else if (entry is not null) { model.MetadataProps.Remove(entry); }
        else if (value is not null) { model.MetadataProps.Add(new StringStringEntryProto { Key = key, Value = value }); }
    }

    internal static bool IsStandard(this NodeProto node) => IsStandard(node.Domain);

    internal static bool Has(this NodeProto node, int input) => input < node.Input.Count && node.Input[input].Length > 0;

    /// <summary>The graph and every graph inside its nodes' attributes (If, Loop, Scan), outermost first.</summary>
    internal static IEnumerable<GraphProto> WithSubgraphs(this GraphProto graph)
    {
        yield return graph;
        foreach (var inner in graph.Node.SelectMany(AllSubgraphs)) { yield return inner; }
    }

    internal static IEnumerable<GraphProto> Subgraphs(this NodeProto node) =>
        node.Attribute.SelectMany(a => a.G is { } graph ? a.Graphs.Prepend(graph) : a.Graphs);

    /// <summary>What the subgraphs of a node read or give out: every name that they mention, even where they define it themselves.</summary>
    internal static IEnumerable<string> Captured(this NodeProto node) =>
        node.AllSubgraphs().SelectMany(g => g.Node.SelectMany(n => n.Input).Concat(g.Output.Select(o => o.Name)));

    /// <summary>Every tensor of the model: initializers and attributes, of subgraphs and functions too.</summary>
    internal static IEnumerable<TensorProto> AllTensors(this ModelProto model)
    {
        var functionNodes = model.Functions.SelectMany(f => f.Node).ToList();
        var graphs = functionNodes.SelectMany(AllSubgraphs).Concat(model.Graph?.WithSubgraphs() ?? []).ToList();
        var attributes = graphs.SelectMany(g => g.Node).Concat(functionNodes).SelectMany(n => n.Attribute);
        return graphs.SelectMany(g => g.Initializer).Concat(attributes.SelectMany(a => a.T is { } tensor ? a.Tensors.Prepend(tensor) : a.Tensors));
    }

    static IEnumerable<GraphProto> AllSubgraphs(this NodeProto node) => node.Subgraphs().SelectMany(WithSubgraphs);

    static bool IsStandard(string domain) => domain is "" or "ai.onnx";
}
