using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Filters;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;

namespace DetrPerfLab.Benchmarks;

/// <summary>What lies around BenchmarkDotNet's run: the machine, progress, the results, the report.</summary>
sealed class BenchmarkRun
{
    readonly RunOptions _options;
    readonly RunPlace _place;
    readonly ResultStore _store;
    readonly ResultBook _book;
    readonly RunJournal _journal;
    readonly RunProgress _progress;

    internal BenchmarkRun(RunOptions options, RunPlace place)
    {
        (_options, _place) = (options, place);
        _store = new(place.Results);
        _book = new(_store, place.Machine);
        var facts = Directory.CreateTempSubdirectory("detrlab-cases-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(facts, recursive: true);
        var commit = CommitProbe.Read(LabPaths.Root);
        var code = new[] { typeof(BenchmarkRun), typeof(ResultStore), typeof(VariantRegistry), typeof(MachineProbe), typeof(DetectorPipeline) };
        _journal = new(place.Artifacts, RunJournal.KeyOf([
            commit, place.Machine.Fingerprint, .. options.Given, .. options.Rest,
            .. code.Select(t => t.Assembly.ManifestModule.ModuleVersionId.ToString()),
        ]));
        if (!options.AsksOnly && !options.Restart) { Resume(); }
        _progress = new(_book, new ResultJoin(facts, place.Artifacts, commit, place.Machine.Fingerprint) { Options = options.Given }, _journal, place.Machine, place.Output);
        Environment.SetEnvironmentVariable(WorkerProcess.HostVariable, typeof(BenchmarkRun).Assembly.Location);
        Config = LabConfig.Create(options, place, facts, _book)
            .AddEventProcessor(_progress)
            .AddValidator(new PrepareArtefacts())
            .AddFilter(new SimpleFilter(b => !_journal.Done.Contains(ResultJoin.IdOf(b))));
    }

    internal IConfig Config { get; }

    /// <summary>Of this run and of the interrupted one that it goes on with.</summary>
    internal IReadOnlyList<RunResult> Results => _book.Results;

    void Resume()
    {
        _journal.Resume();
        if (_journal.Done.Count == 0) { return; }
        _book.Recall(_journal.Done);
        _place.Output.WriteLine($"Going on with the interrupted run: {_journal.Done.Count} cases are measured already (--restart measures them again)");
    }

    /// <summary>Writes the report and says where everything lies.</summary>
    /// <exception cref="LabException">Cases could not be started, or none was asked for; what was measured before stays, and the same command goes on.</exception>
    internal ExitCode Finish(IReadOnlyList<Summary> summaries)
    {
        if (_options.AsksOnly) { return ExitCode.Done; }
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

        if (_progress.Failures == 0) { _journal.Complete(); }

        var report = Reporter.Write(new ReportOptions { ResultsDir = _place.Results, Machine = Path.GetFileName(_store.FolderOf(_place.Machine)), PlotsDir = _place.Plots });
        foreach (var summary in summaries.Where(s => s.BenchmarksCases.Length > 0)) { _place.Output.Write(TableOf(summary)); }
        foreach (var suite in _book.Results.GroupBy(r => r.Suite)) { SpeedUpText.Write([.. suite], _book, _place.Output); }
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
