using BenchmarkDotNet.Engines;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace DetrPerfLab.Benchmarks;

/// <summary>Joins BenchmarkDotNet's samples with the facts that each case left.</summary>
/// <param name="factsFolder">Where cases leave them.</param>
/// <param name="logFolder">Where BenchmarkDotNet's log lies.</param>
/// <param name="commit">Of the lab.</param>
/// <param name="machine">Fingerprint.</param>
sealed class ResultJoin(string factsFolder, string logFolder, string commit, string machine)
{
    /// <summary>Kept in each result.</summary>
    internal IReadOnlyList<string> Options { get; init; } = [];

    /// <summary>The row that a case of BenchmarkDotNet stands for.</summary>
    internal static SuiteCase RowOf(BenchmarkCase benchmark) => (SuiteCase)benchmark.Parameters[nameof(SuiteBenchmarks.Case)]!;

    /// <summary>For example <c>PrecisionBenchmarks.Forward(Variant: ort-fp32)</c>.</summary>
    internal static string IdOf(BenchmarkCase benchmark) => IdOf(benchmark.Descriptor.Type, benchmark.Descriptor.WorkloadMethod.Name, RowOf(benchmark));

    internal static string IdOf(Type suite, string method, SuiteCase row) => $"{suite.Name}.{method}({row})";

    /// <summary><c>PrecisionBenchmarks</c> is the suite <c>Precision</c>.</summary>
    internal static string SuiteOf(Type type) => type.Name.Replace("Benchmarks", "");

    /// <summary>The result of a case; one without samples carries its reason.</summary>
    internal RunResult Join(BenchmarkReport report)
    {
        var id = IdOf(report.BenchmarkCase);
        var row = RowOf(report.BenchmarkCase);
        var facts = CaseFacts.Load(factsFolder, id);
        var samples = report.AllMeasurements
            .Where(m => m.IterationMode == IterationMode.Workload && m.IterationStage == IterationStage.Actual)
            .Select(m => m.Nanoseconds / m.Operations / 1e6 / (facts?.Repeats ?? 1))
            .Take(facts?.Samples ?? int.MaxValue)
            .ToArray();
        // Facts are left at the very end: without them the case was cut off, and its samples are part of something.
        if (facts is not { Gap: null }) { samples = []; }
        return new RunResult
        {
            Id = id,
            Suite = SuiteOf(report.BenchmarkCase.Descriptor.Type),
            Variant = row.Variant,
            Parameters = row.Parameters.ToDictionary(p => p.Name, p => p.Value),
            Started = facts?.Started ?? DateTimeOffset.UtcNow,
            Commit = commit,
            Machine = machine,
            Artefact = facts?.Artefact,
            Engine = facts?.Engine,
            SamplesMs = samples,
            Options = Options,
            ImagesPerOperation = facts?.ImagesPerOperation ?? 1,
            OperationsPerSample = facts?.Repeats ?? 1,
            InputSide = facts?.InputSide,
            WarmUp = facts?.WarmUp,
            Cold = facts?.Cold,
            HarnessCost = facts?.HarnessCost,
            Audit = facts?.Audit,
            AuditGap = facts?.AuditGap,
            Contamination = facts?.Contamination,
            Memory = facts?.Memory,
            Gc = facts?.Gc,
            Agreement = facts?.Agreement,
            Findings = facts?.Findings ?? [],
            Gap = facts?.Gap ?? (samples.Length == 0 ? CutOff(report) : null),
        };
    }

    /// <summary>For a case that could not say anything itself: a crash of native code, or the system took its memory away.</summary>
    string CutOff(BenchmarkReport report)
    {
        // 128 and the signal's number is how .NET tells a signal: 137 is most often the system out of memory.
        var how = report.ExecuteResults.LastOrDefault()?.ExitCode switch
        {
            null or 0 => "",
            > 128 and var code => $" (signal {code - 128})",
            var code => $" (exit code {code})",
        };
        var log = Directory.Exists(logFolder) ? new DirectoryInfo(logFolder).GetFiles("*.log").MaxBy(f => f.LastWriteTimeUtc)?.FullName : null;
        return $"the case ended without a result{how}; its log says why: {(log is null ? "run it with --verbose" : Path.GetRelativePath(LabPaths.Root, log))}";
    }

    /// <summary>Whether a case has neither samples nor a lack of the machine to excuse it.</summary>
    internal bool Failed(RunResult result) => result.Gap is not null && CaseFacts.Load(factsFolder, result.Id) is not { GapIsLack: true };
}
