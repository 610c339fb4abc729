using System.Diagnostics;
using BenchmarkDotNet.EventProcessors;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.Results;
using BenchmarkDotNet.Validators;

namespace DetrPerfLab.Benchmarks;

/// <summary>Stores each case as it ends and tells how far the whole run is; BenchmarkDotNet's own log goes to a file.</summary>
sealed class RunProgress(ResultBook book, ResultJoin join, RunJournal journal, MachineInfo machine, TextWriter output) : EventProcessor
{
    readonly Stopwatch _clock = new();

    /// <summary>Of an interrupted run that goes on: they count as done, and cost this run no time.</summary>
    readonly int _before = journal.Done.Count;
    int _done, _all;

    /// <summary>Cases that failed, and not by a lack of the machine.</summary>
    internal int Failures { get; private set; }

    /// <summary>Why cases were not so much as started; BenchmarkDotNet tells it in its log only.</summary>
    internal string? NotStarted { get; private set; }

    public override void OnValidationError(ValidationError validationError)
    {
        if (validationError.IsCritical) { NotStarted ??= validationError.Message; }
    }

    public override void OnBuildComplete(BuildPartition partition, BuildResult result)
    {
        if (!result.IsBuildSuccess) { NotStarted ??= $"the build failed: {FirstError(result.ErrorMessage ?? result.GenerateException?.Message ?? "no reason was given")}"; }
    }

    /// <summary>Of a compiler's whole output; all of it lies in BenchmarkDotNet's log.</summary>
    static string FirstError(string output)
    {
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return lines.FirstOrDefault(line => line.Contains(": error ")) ?? lines[0];
    }

    public override void OnStartRunStage() => _clock.Start();

    public override void OnEndBuildStage() => output.WriteLine("Built; measuring");

    public override void OnStartBuildStage(IReadOnlyList<BuildPartition> partitions) => _all = _before + partitions.Sum(p => p.Benchmarks.Length);

    public override void OnStartRunBenchmark(BenchmarkCase benchmarkCase) =>
        output.Write($"[{_before + _done + 1}/{_all}] {ResultJoin.SuiteOf(benchmarkCase.Descriptor.Type),-12} {ResultJoin.RowOf(benchmarkCase).Label,-52} ");

    public override void OnEndRunBenchmark(BenchmarkCase benchmarkCase, BenchmarkReport report)
    {
        var measured = join.Join(report);
        book.Add(measured); // before anything else: what was measured is not lost because it cannot be explained
        var result = Explained(benchmarkCase, measured);
        if (!ReferenceEquals(result, measured)) { book.Add(result); }
        _done++;
        var failed = join.Failed(result);
        if (failed) { Failures++; } else { journal.Add(result.Id); }
        var left = _before + _done < _all ? $", {Left()} left" : "";
        output.WriteLine(result.Gap is { } gap ? $"{(failed ? "FAILED" : "gap")}: {gap}" : Text(result) + left);
    }

    /// <summary>With the reasons of its figures; where they cannot be had, with that as a finding.</summary>
    RunResult Explained(BenchmarkCase benchmark, RunResult measured)
    {
        try
        {
            return ((SuiteBenchmarks)Activator.CreateInstance(benchmark.Descriptor.Type)!).Explain(ResultJoin.RowOf(benchmark), measured, machine);
        }
        catch (Exception reason)
        {
            var text = $"not looked into: {LabError.ReasonOf(reason)}";
            output.Write($"({text}) ");
            return measured with { Findings = [.. measured.Findings, new("unknown", text)] };
        }
    }

    static string Text(RunResult result)
    {
        var summary = SampleSummary.Of(result.SamplesMs)!;
        var machine = result.Contamination is { Verdict: not ContaminationVerdict.Clean } c ? $" ({c.Verdict.ToString().ToLowerInvariant()})" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{summary.Median,9:G4} ms{machine}");
    }

    string Left()
    {
        var left = _clock.Elapsed / _done * (_all - _before - _done);
        return left.TotalMinutes >= 1 ? $"about {left.TotalMinutes:F0} min" : $"about {left.TotalSeconds:F0} s";
    }
}
