using BenchmarkDotNet.Engines;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using DetrPerfLab.Core;

namespace DetrPerfLab.Benchmarks.Infrastructure;

/// <summary>Joins BenchmarkDotNet's samples with the facts that each case left.</summary>
sealed class ResultJoin(string factsFolder, string commit, string machine)
{
    /// <summary>For example <c>PrecisionBenchmarks.Forward(Variant: ort-fp32)</c>.</summary>
    internal static string IdOf(BenchmarkCase benchmark) => IdOf(
        benchmark.Descriptor.Type.Name,
        benchmark.Descriptor.WorkloadMethod.Name,
        benchmark.Parameters.Items.Select(p => (p.Name, p.Value?.ToString() ?? "")));

    internal static string IdOf(string type, string method, IEnumerable<(string Name, string Value)> parameters) =>
        $"{type}.{method}({string.Join(", ", parameters.Select(p => $"{p.Name}: {p.Value}"))})";

    /// <summary>One result a case, in the order run; a case without samples carries its reason.</summary>
    internal IReadOnlyList<RunResult> Join(Summary summary) => [.. summary.BenchmarksCases.Select(b => Join(summary, b))];

    internal RunResult Join(Summary summary, BenchmarkCase benchmark)
    {
        var id = IdOf(benchmark);
        var facts = CaseFacts.Load(factsFolder, id);
        var samples = summary[benchmark]?.AllMeasurements
            .Where(m => m.IterationMode == IterationMode.Workload && m.IterationStage == IterationStage.Actual)
            .Select(m => m.Nanoseconds / m.Operations / 1e6)
            .Take(facts?.Samples ?? int.MaxValue)
            .ToArray() ?? [];
        var parameters = benchmark.Parameters.Items.ToDictionary(p => p.Name, p => p.Value?.ToString() ?? "");
        return new RunResult
        {
            Id = id,
            Suite = SuiteOf(benchmark.Descriptor.Type),
            Variant = parameters.GetValueOrDefault("Variant") ?? benchmark.Descriptor.WorkloadMethod.Name,
            Parameters = parameters.Where(p => p.Key != "Variant").ToDictionary(),
            Started = facts?.Started ?? DateTimeOffset.UtcNow,
            Commit = commit,
            Machine = machine,
            Artefact = facts?.Artefact,
            Engine = facts?.Engine,
            SamplesMs = samples,
            ImagesPerOperation = facts?.ImagesPerOperation ?? 1,
            WarmUp = facts?.WarmUp,
            Memory = facts?.Memory,
            Gc = facts?.Gc,
            Agreement = facts?.Agreement,
            Gap = facts?.Gap ?? (samples.Length == 0 ? "the case ended without a result; its log says why" : null),
        };
    }

    /// <summary>Whether a case has neither samples nor a lack of the machine to excuse it.</summary>
    internal bool Failed(RunResult result) => result.Gap is not null && CaseFacts.Load(factsFolder, result.Id) is not { GapIsLack: true };

    /// <summary><c>PrecisionBenchmarks</c> is the suite <c>Precision</c>.</summary>
    internal static string SuiteOf(Type type) => type.Name.Replace("Benchmarks", "");
}
