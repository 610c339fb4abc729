using System.Reflection;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Running;

namespace DetrPerfLab.Benchmarks;

/// <summary>One row of a suite: a variant and what the suite sets besides.</summary>
/// <remarks>Its text is part of the result's id: add cases, never rename one.</remarks>
public sealed record SuiteCase(string Variant, params (string Name, string Value)[] Parameters) : IComparable
{
    public bool FullOnly { get; init; } // whether a quick run leaves it out: a slow row that another one stands for well enough
    public bool Repeated { get; init; } // whether it is the first row once more, of the suite or of what is compared: how far the machine drifted meanwhile
    public string? Job { get; init; } // of the suite, that it runs under; null where there is one for all
    public int Row { get; init; } // row in the suite, from 0: rows run and are shown in the order written

    public string? this[string name] => Array.Find(Parameters, p => p.Name == name).Value;

    internal string Label => LabelOf(Variant, Parameters);

    internal static string LabelOf(string variant, IEnumerable<(string Name, string Value)> parameters) =>
        string.Join(", ", parameters.Select(p => $"{p.Name} {p.Value}").Prepend(variant));

    /// <summary>The row that a case of BenchmarkDotNet stands for: its parameter, or for an ordinary benchmark its description, parameters, and categories such as <c>Stage: decode</c>.</summary>
    internal static SuiteCase Of(BenchmarkCase benchmark) => benchmark.Parameters.Items.Select(p => p.Value).OfType<SuiteCase>().FirstOrDefault() ?? new(
        benchmark.Descriptor.WorkloadMethod.GetCustomAttribute<BenchmarkAttribute>()!.Description!,
        [
            .. benchmark.Parameters.Items.Select(p => (p.Name, Text(p.Value))),
            .. benchmark.Descriptor.Categories.Select(c => c.Split(": ")).Select(c => (c[0], c[1])),
        ]);

    /// <summary>For example <c>PrecisionBenchmarks.Forward(Variant: ort-fp32)</c>.</summary>
    internal static string IdOf(BenchmarkCase benchmark) => IdOf(benchmark.Descriptor.Type, Of(benchmark));

    internal static string IdOf(Type suite, SuiteCase row) => $"{suite.Name}.{(suite.IsSubclassOf(typeof(ForwardBenchmarks)) ? "Forward" : "Run")}({row})";

    /// <summary><c>PrecisionBenchmarks</c> is the suite <c>Precision</c>.</summary>
    internal static string SuiteOf(Type type) => type.Name.Replace("Benchmarks", "");

    internal int Number(string name, int otherwise = 0) => this[name] is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

    public int CompareTo(object? obj) => Row.CompareTo((obj as SuiteCase)?.Row);

    public override string ToString() => string.Join(", ", Parameters.Prepend((Name: "Variant", Value: Variant)).Select(p => $"{p.Name}: {p.Value}"));

    internal static string Text(object? value) => Convert.ToString(value, CultureInfo.InvariantCulture)!;
}
