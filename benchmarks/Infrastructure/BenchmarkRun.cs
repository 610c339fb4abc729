using System.Diagnostics;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.ConsoleArguments;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Filters;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains;
using DetrPerfLab.Cli;

namespace DetrPerfLab.Benchmarks;

/// <summary>What a run reads and writes; tests put folders and processes of their own in.</summary>
/// <param name="Plots">Folder of charts; null draws none.</param>
sealed record RunPlace(MachineInfo Machine, string Results, string? Plots, string Artifacts, IToolchain Toolchain, TextWriter Output)
{
    /// <summary>The checkout on this machine. Quick results have wide intervals and must not take the place of full ones.</summary>
    internal static RunPlace Of(RunOptions options) => new(
        options.AsksOnly ? ThisMachine.Read() : ThisMachine.ReadWithPeaks(LabPaths.ModelCache),
        options.Quick ? Path.Combine(LabPaths.Results, "quick") : LabPaths.Results,
        options.Quick ? Path.Combine(LabPaths.Plots, "quick") : LabPaths.Plots,
        Path.Combine(LabPaths.Root, "benchmarks", "BenchmarkDotNet.Artifacts"), // ignored by git
        HostBinariesToolchain.Instance,
        Console.Out);
}

/// <summary>What lies around BenchmarkDotNet's run: the journal, model files, progress, the report.</summary>
sealed class BenchmarkRun : IDisposable
{
    static readonly TimeSpan s_journalsKept = TimeSpan.FromDays(14); // by then nobody goes on any more; what was measured is stale, too
    static readonly TimeSpan s_betweenLines = TimeSpan.FromSeconds(5);

    readonly RunOptions _options;
    readonly RunPlace _place;
    readonly ResultStore _store;
    readonly ResultBook _book;
    readonly Journal<string> _journal;
    readonly RunProgress _progress;
    readonly ManualConfig _config;

    internal BenchmarkRun(RunOptions options, RunPlace place)
    {
        (_options, _place) = (options, place);
        _store = LabResults.Open(place.Results);
        _book = new(_store, place.Machine);
        var commit = CommitProbe.Read(LabPaths.Root);
        var build = BuildId.Of(typeof(BenchmarkRun), typeof(ResultStore), typeof(VariantRegistry), typeof(MachineProbe), typeof(DetectorPipeline));
        _journal = new(place.Artifacts, "run", string.Join('\n', [commit, place.Machine.Fingerprint, build, .. options.Given, .. options.Rest]));
        if (options.AsksOnly || options.Restart) { _journal.Forget(_ => true); }
        else { Resume(); }
        var toolchain = new RepeatableToolchain(place.Toolchain);
        _progress = new(_book, _journal, place, toolchain, RunResult.Unfiled("") with { Commit = commit, Machine = place.Machine.Fingerprint, Options = options.Given });
        _config = LabConfig.Create(options, toolchain, place.Artifacts, _book).AddEventProcessor(_progress);
        var done = _book.Results.Where(ResultBook.IsSettled).Select(r => r.Id).ToHashSet();
        if (done.Count > 0) { _config.AddFilter(new SimpleFilter(b => !done.Contains(SuiteCase.IdOf(b)))); }
    }

    internal IReadOnlyList<RunResult> Results => _book.Results; // of this run and of the interrupted one that it goes on with

    /// <exception cref="LabException">Cases could not be started, or none was asked for; what was measured before stays, and the same command goes on.</exception>
    internal ExitCode Run(Type[] suites)
    {
        if (!_options.AsksOnly) { Prepare(suites); }
        Summary[] summaries = [.. BenchmarkSwitcher.FromTypes(suites).Run(_options.Rest, _config)];
        return _options.AsksOnly ? ExitCode.Done : Finish(summaries);
    }

    public void Dispose() => _journal.Dispose();

    void Resume()
    {
        foreach (var old in Directory.GetFiles(_place.Artifacts, "run-*.partial").Where(f => DateTime.UtcNow - File.GetLastWriteTimeUtc(f) > s_journalsKept)) { File.Delete(old); }
        if (_journal.Problem is { } problem) { _place.Output.WriteLine($"Earlier cases in {_journal.Name} are not taken: {problem}."); }
        if (_journal.ForgetOtherDays() is { } forgotten) { _place.Output.WriteLine(forgotten); }
        if (_journal.Entries.Count == 0) { return; }
        _book.Recall(_journal.Entries);
        ServingBenchmarks.GoOn(_book.Results);
        var due = _book.Results.Count(RepetitionInfo.IsDue);
        _place.Output.WriteLine($"Going on with the interrupted run: {_book.Results.Count} cases are measured already{(due > 0 ? $", {due} of them contaminated and to be measured again" : "")} (--restart measures them all again)");
    }

    /// <summary>Model files and reference outputs of the chosen cases, before the first of them starts. What cannot be built becomes the case's gap, with its reason.</summary>
    void Prepare(Type[] suites)
    {
        if (ConfigParser.Parse(_options.Rest, NullLogger.Instance, _config) is not (true, { } chosen, _)) { return; } // BenchmarkDotNet says what it does not know
        var (clock, shown) = (Stopwatch.StartNew(), TimeSpan.Zero);
        foreach (var benchmark in suites.SelectMany(suite => BenchmarkConverter.TypeToBenchmarks(suite, ManualConfig.Union(_config, chosen)).BenchmarksCases))
        {
            try
            {
                RunProgress.HostedOf(benchmark)?.Prepare(SuiteCase.Of(benchmark), (what, done, of) =>
                {
                    if (clock.Elapsed - shown < s_betweenLines) { return; }
                    shown = clock.Elapsed;
                    _place.Output.WriteLine($"Preparing {what}: {done} of {of}");
                });
            }
            catch (Exception reason)
            {
                _place.Output.WriteLine($"Preparing {SuiteCase.Of(benchmark)}: not possible: {reason.Message}");
            }
        }

        if (clock.Elapsed > s_betweenLines) { _place.Output.WriteLine($"Prepared model files and reference outputs in {clock.Elapsed.TotalSeconds:F0} s"); }
    }

    ExitCode Finish(IReadOnlyList<Summary> summaries)
    {
        if (_progress.NotStarted is { } reason)
        {
            throw LabError.CheckFailed($"The cases could not be started: {reason.TrimEnd('.')}. Results measured before are kept; the same command goes on with the rest. "
                + "What BenchmarkDotNet says: add --verbose");
        }

        if (_book.Results.Count == 0)
        {
            throw LabError.BadInput($"No benchmark was run with the options '{string.Join(' ', _options.Rest)}', needed a filter that matches at least one and options that BenchmarkDotNet knows. "
                + "All names: --list flat. What BenchmarkDotNet says: add --verbose");
        }

        if (_progress.Failures == 0) { _journal.Delete(); }

        var report = Reporter.Write(new ReportOptions { ResultsDir = _place.Results, Machine = Path.GetFileName(_store.FolderOf(_place.Machine)), PlotsDir = _place.Plots });
        foreach (var summary in summaries.Where(s => s.BenchmarksCases.Length > 0)) { _place.Output.Write(TableOf(summary)); }
        foreach (var suite in _book.Results.GroupBy(r => r.Suite)) { _book.WriteSpeedUps([.. suite], _place.Output); }
        _place.Output.WriteLine(report.Answer);
        _place.Output.WriteLine($"Report:  {Relative(report.Markdown)}, {Relative(report.Html)}");
        _place.Output.WriteLine($"Charts:  {string.Join(", ", report.Charts.Select(Relative))}");
        foreach (var warning in report.Warnings) { _place.Output.WriteLine($"Warning: {warning}"); }
        foreach (var result in _book.Results.Where(r => r.Gap is not null)) { _place.Output.WriteLine($"Gap:     {result.Id}: {result.Gap}"); }
        return _progress.Failures > 0 ? ExitCode.CheckFailed : ExitCode.Done;
    }

    static string TableOf(Summary summary)
    {
        var log = new AccumulationLogger();
        MarkdownExporter.Console.ExportToLog(summary, log);
        return log.GetLog().Split("\nBenchmarks with issues:")[0]; // what follows names them without their reasons; ours are told below
    }

    static string Relative(string path) => Path.GetRelativePath(LabPaths.Root, path);
}
