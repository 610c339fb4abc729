using System.Diagnostics;
using BenchmarkDotNet.Engines;
using BenchmarkDotNet.EventProcessors;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.Results;
using BenchmarkDotNet.Validators;

namespace DetrPerfLab.Benchmarks;

/// <summary>Files and stores the result of each case as it ends, and tells how far the whole run is; BenchmarkDotNet's own log goes to a file.</summary>
/// <param name="unfiled">Commit, machine and options of every result.</param>
sealed class RunProgress(ResultBook book, Journal<string> journal, RunPlace place, RepeatableToolchain toolchain, RunResult unfiled) : EventProcessor
{
    readonly Stopwatch _clock = new();
    readonly int _before = book.Results.Count(ResultBook.IsSettled); // of an interrupted run that goes on: they count as done, and cost this run no time
    int _done, _all;
    BenchmarkCase[] _suite = []; // cases of the suite that runs, in their order
    DateTimeOffset _started;
    ContaminationLimits? _limits; // of this machine, once an ordinary benchmark needs them: other cases watch themselves
    ContaminationWatch? _watch;

    internal int Failures { get; private set; } // cases that failed, and not by a lack of the machine
    internal string? NotStarted { get; private set; } // why cases were not so much as started; BenchmarkDotNet tells it in its log only

    static bool IsSuite(BenchmarkCase benchmark) => benchmark.Descriptor.Type.IsSubclassOf(typeof(SuiteBenchmarks));

    internal static IHostedSuite? HostedOf(BenchmarkCase benchmark) => Activator.CreateInstance(benchmark.Descriptor.Type) as IHostedSuite;

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

    public override void OnEndBuildStage() => place.Output.WriteLine("Built; measuring");

    public override void OnStartBuildStage(IReadOnlyList<BuildPartition> partitions) => _all = _before + partitions.Sum(p => p.Benchmarks.Length);

    public override void OnStartRunBenchmarksInType(Type type, IReadOnlyList<BenchmarkCase> benchmarks) => _suite = [.. benchmarks];

    public override void OnStartRunBenchmark(BenchmarkCase benchmarkCase) => Start($"{_before + _done + 1}/{_all}", benchmarkCase);

    /// <summary>After a suite's cases its contaminated ones are measured again; before the first row's repetition, which tells whether the machine was the same at the end.</summary>
    public override void OnEndRunBenchmark(BenchmarkCase benchmarkCase, BenchmarkReport report)
    {
        _done++;
        End(benchmarkCase, report, _before + _done < _all ? $", {Left()} left" : "");
        var run = Array.IndexOf(_suite, benchmarkCase) + 1;
        if (_suite.Skip(run).All(b => SuiteCase.Of(b).Repeated)) { MeasureAgain(_suite[..run]); }
    }

    /// <summary>Each once before any a second time: what disturbed it has had time to pass.</summary>
    void MeasureAgain(BenchmarkCase[] run)
    {
        for (var time = 1; time <= RepetitionInfo.Most; time++)
        {
            foreach (var benchmark in run.Where(b => book.Find(SuiteCase.IdOf(b)) is { } result && RepetitionInfo.IsDue(result)))
            {
                Start("again", benchmark);
                End(benchmark, toolchain.RunAgain(benchmark), left: "");
            }
        }
    }

    void Start(string where, BenchmarkCase benchmarkCase)
    {
        place.Output.Write($"[{where}] {SuiteCase.SuiteOf(benchmarkCase.Descriptor.Type),-12} {SuiteCase.Of(benchmarkCase).Label,-52} ");
        _started = DateTimeOffset.UtcNow;
        if (IsSuite(benchmarkCase)) { return; }
        _limits ??= ContaminationWatch.MeasureLimits(milliseconds: 300);
        _watch = ContaminationWatch.Start();
    }

    void End(BenchmarkCase benchmarkCase, BenchmarkReport report, string left)
    {
        var measured = Filed(benchmarkCase, report);
        var before = book.Find(measured.Id) is { IsContaminated: true } earlier ? earlier : null; // of this run, or of the interrupted one that it goes on with
        var result = before is null ? measured : RepetitionInfo.Cleaner(before, measured);
        book.Add(result); // before anything else: what was measured is not lost because it cannot be explained
        if (result.Repetition is null or { KeepsTheLast: true } && HostedOf(benchmarkCase) is { } suite)
        {
            result = VariantCase.TryExplain(result, r => suite.Explain(SuiteCase.Of(benchmarkCase), r, place.Machine));
            book.Add(result);
            if (result.Findings.LastOrDefault() is { Topic: "unknown" } lack) { place.Output.Write($"({lack.Text}) "); }
        }

        var failed = result is { Gap: not null, GapIsLack: false };
        if (failed) { Failures++; }
        else if (!journal.Entries.Contains(result.Id)) { journal.Add(result.Id); }
        place.Output.WriteLine(failed ? $"FAILED: {measured.Gap}" : measured.Gap is { } gap ? $"gap: {(before is null ? gap : gap.TrimEnd('.'))}{Kept(result)}" : Text(measured) + Kept(result) + left);
    }

    /// <summary>Of a case that was measured again, which measurement is its result; nothing for others.</summary>
    static string Kept(RunResult result) => result.Repetition is not { } all ? ""
        : $"; measurement {all.Kept} of {all.Measurements} is kept, the cleanest{(result.IsContaminated ? ", still contaminated" : "")} (disturbed at first: {string.Join(", ", all.Reasons)})";

    /// <summary>What the case's process said of itself; an ordinary benchmark's says nothing, and BenchmarkDotNet's samples are its own.</summary>
    RunResult Filed(BenchmarkCase benchmark, BenchmarkReport report)
    {
        var row = SuiteCase.Of(benchmark);
        var said = WorkerLine.Last<RunResult>(report.ExecuteResults.SelectMany(e => e.StandardOutput));
        var result = said ?? (IsSuite(benchmark) ? RunResult.Unfiled("") : Ordinary(report));
        return result with
        {
            Id = SuiteCase.IdOf(benchmark),
            Suite = SuiteCase.SuiteOf(benchmark.Descriptor.Type),
            Variant = row.Variant,
            Parameters = row.Parameters.ToDictionary(p => p.Name, p => p.Value),
            Repeated = row.Repeated,
            Started = _started,
            Commit = unfiled.Commit,
            Machine = unfiled.Machine,
            Options = unfiled.Options,
            // Without its word, or without samples, a case was cut off.
            Gap = result.Gap ?? (result.SamplesMs.Count == 0 ? CutOff(report) : null),
        };
    }

    /// <summary>Samples that BenchmarkDotNet took of an ordinary benchmark, and what its memory diagnoser found.</summary>
    RunResult Ordinary(BenchmarkReport report)
    {
        // A process that was killed printed some samples, which are part of something.
        var whole = report.ExecuteResults.All(e => e.ExitCode == 0);
        Measurement[] samples = [.. report.AllMeasurements.Where(m => whole && m is { IterationMode: IterationMode.Workload, IterationStage: IterationStage.Result })];
        return RunResult.Unfiled("") with
        {
            SamplesMs = [.. samples.Select(m => m.Nanoseconds / m.Operations / 1e6)],
            OperationsPerSample = samples.Length > 0 ? (int)samples[0].Operations : 1,
            Memory = report.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase) is { } bytes ? new() { AllocatedBytesPerOperation = bytes } : null,
            Contamination = _watch?.Stop(_limits!),
            AuditGap = "no network runs: what it gives was compared once, before it was timed",
        };
    }

    /// <summary>For a case that could not say anything itself: a crash of native code, or the system took its memory away.</summary>
    string CutOff(BenchmarkReport report)
    {
        var how = report.ExecuteResults.LastOrDefault()?.ExitCode is { } code and not 0 ? $" ({WorkerProcess.HowEnded(code)})" : "";
        var log = Directory.Exists(place.Artifacts) ? new DirectoryInfo(place.Artifacts).GetFiles("*.log").MaxBy(f => f.LastWriteTimeUtc)?.FullName : null;
        return $"the case ended without a result{how}; its log says why: {(log is null ? "run it with --verbose" : Path.GetRelativePath(LabPaths.Root, log))}";
    }

    static string Text(RunResult result)
    {
        var machine = result.Contamination is { Verdict: not ContaminationVerdict.Clean } c ? $" ({c.Verdict.ToString().ToLowerInvariant()})" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{SampleSummary.Of(result.SamplesMs)!.Median,9:G4} ms{machine}");
    }

    string Left()
    {
        var left = _clock.Elapsed / _done * (_all - _before - _done);
        return left.TotalMinutes >= 1 ? $"about {left.TotalMinutes:F0} min" : $"about {left.TotalSeconds:F0} s";
    }
}
