namespace DetrPerfLab.Vision;

/// <summary>What a file tells of its model, before anybody decides what it is.</summary>
/// <param name="Name">For messages, for example the file's path in quotes.</param>
public sealed record ModelFacts(string Name, IReadOnlyList<TensorSpec> Inputs, IReadOnlyList<TensorSpec> Outputs)
{
    /// <summary>What the exporter wrote, by key.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>The kinds of operators that compute it, by ONNX's names; empty where they are not known.</summary>
    public IReadOnlySet<string> Operators { get; init; } = new HashSet<string>();

    /// <summary>The file, whose neighbours may describe it; null for none.</summary>
    public string? Path { get; init; }

    internal TensorSpec? Input(string name) => Inputs.FirstOrDefault(i => i.Name == name);

    internal TensorSpec? Output(string name) => Outputs.FirstOrDefault(o => o.Name == name);

    /// <summary>
    /// Whether boxes are refined from reference points: by the inverse of a sigmoid, a logarithm, or by sampling features at them. The original DETR, YOLOS and
    /// Table Transformer have neither; every successor with a sigmoid for classes has one. Null where the operators are not known.
    /// </summary>
    internal bool? RefinesReferencePoints => Operators.Count == 0 ? null : Operators.Contains("GridSample") || Operators.Contains("Log");
}
