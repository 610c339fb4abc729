namespace DetrPerfLab.Onnx;

/// <summary>What passes over whole models need: walks over nodes and tensors, operator sets, metadata.</summary>
public static class OnnxModels
{
    /// <summary>Version of the operator set; 0 where the model does not import it.</summary>
    /// <param name="model">Any model.</param>
    /// <param name="domain">Empty for the standard operators.</param>
    public static long OpsetVersion(this ModelProto model, string domain = "") =>
        model.OpsetImport.FirstOrDefault(o => SameDomain(o.Domain, domain))?.Version ?? 0;

    /// <summary>Imports an operator set, or changes its version.</summary>
    public static void SetOpset(this ModelProto model, string domain, long version)
    {
        if (model.OpsetImport.FirstOrDefault(o => SameDomain(o.Domain, domain)) is { } opset) { opset.Version = version; }
        else { model.OpsetImport.Add(new OperatorSetIdProto { Domain = domain, Version = version }); }
    }

    /// <summary>A value of the model's metadata, or null.</summary>
    public static string? GetMetadata(this ModelProto model, string key) => model.MetadataProps.FirstOrDefault(p => p.Key == key)?.Value;

    /// <summary>Adds or replaces a value of the model's metadata; null removes it.</summary>
    public static void SetMetadata(this ModelProto model, string key, string? value)
    {
        var entry = model.MetadataProps.FirstOrDefault(p => p.Key == key);
        if (value is null)
        {
            if (entry is not null) { model.MetadataProps.Remove(entry); }
        }
        else if (entry is not null) { entry.Value = value; }
        else { model.MetadataProps.Add(new StringStringEntryProto { Key = key, Value = value }); }
    }

    /// <summary>The graph and every graph inside its nodes' attributes (If, Loop, Scan), outermost first.</summary>
    public static IEnumerable<GraphProto> WithSubgraphs(this GraphProto graph)
    {
        yield return graph;
        foreach (var inner in graph.Node.SelectMany(Subgraphs).SelectMany(WithSubgraphs)) { yield return inner; }
    }

    /// <summary>The graphs that a node holds in its attributes.</summary>
    public static IEnumerable<GraphProto> Subgraphs(this NodeProto node) =>
        node.Attribute.SelectMany(a => a.G is { } graph ? a.Graphs.Prepend(graph) : a.Graphs);

    /// <summary>Every tensor of the model: initializers and attributes, of subgraphs and functions too.</summary>
    public static IEnumerable<TensorProto> AllTensors(this ModelProto model)
    {
        var functionNodes = model.Functions.SelectMany(f => f.Node).ToList();
        var graphs = functionNodes.SelectMany(Subgraphs).SelectMany(WithSubgraphs);
        if (model.Graph is { } main) { graphs = graphs.Concat(main.WithSubgraphs()); }
        var all = graphs.ToList();
        return all.SelectMany(g => g.Initializer)
            .Concat(all.SelectMany(g => g.Node).Concat(functionNodes).SelectMany(n => n.Attribute)
                .SelectMany(a => a.T is { } tensor ? a.Tensors.Prepend(tensor) : a.Tensors));
    }

    /// <summary>The standard domain has two spellings.</summary>
    static bool SameDomain(string a, string b) => a == b || (IsStandard(a) && IsStandard(b));

    static bool IsStandard(string domain) => domain is "" or "ai.onnx";
}
