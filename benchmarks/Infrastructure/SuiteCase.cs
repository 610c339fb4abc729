namespace DetrPerfLab.Benchmarks;

/// <summary>One row of a suite: a variant and what the suite sets besides.</summary>
/// <remarks>Its text is part of the result's id: add cases, never rename one.</remarks>
/// <param name="Variant">A name of the registry in suites that run a model; else what does the work, for example <c>plain</c>.</param>
/// <param name="Parameters">Names and values, for example <c>Threads</c>, 2.</param>
public sealed record SuiteCase(string Variant, params (string Name, string Value)[] Parameters)
{
    /// <summary>Variables of the case's process, for settings that hold from its start.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether a quick run leaves it out: a slow row that another one stands for well enough.</summary>
    public bool FullOnly { get; init; }

    /// <summary>Row in the suite, from 0.</summary>
    public int Row { get; init; }

    /// <summary>The value of a parameter; null where the case does not set it.</summary>
    public string? this[string name] => Array.Find(Parameters, p => p.Name == name).Value;

    /// <summary>The number that a parameter holds.</summary>
    internal int Number(string name, int otherwise = 0) => this[name] is { } text ? int.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : otherwise;

    /// <summary>For the screen, for example <c>ort-fp32, Threads 2</c>.</summary>
    internal string Label => LabelOf(Variant, Parameters);

    /// <summary>The same of a result that is kept.</summary>
    internal static string LabelOf(string variant, IEnumerable<(string Name, string Value)> parameters) =>
        string.Join(", ", parameters.Select(p => $"{p.Name} {p.Value}").Prepend(variant));

    /// <summary>For example <c>Variant: ort-fp32, Threads: 2</c>.</summary>
    public override string ToString() => string.Join(", ", Parameters.Prepend((Name: "Variant", Value: Variant)).Select(p => $"{p.Name}: {p.Value}"));
}
