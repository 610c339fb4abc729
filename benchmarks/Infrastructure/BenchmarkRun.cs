using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Filters;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using DetrPerfLab.Cli;
using DetrPerfLab.Core;
using DetrPerfLab.Detecting;
using DetrPerfLab.Engines;
using DetrPerfLab.Measure;
using DetrPerfLab.Report;

namespace DetrPerfLab.Benchmarks.Infrastructure;

/// <summary>What lies around BenchmarkDotNet's run: the machine, progress, the results, the report.</summary>
sealed class BenchmarkRun
{
    readonly RunOptions _options;
    readonly MachineInfo _machine;
    readonly ResultStore _store;
    readonly ResultBook _book;
    readonly RunJournal _journal;
    readonly RunProgress _progress;

    internal BenchmarkRun(RunOptions options)
    {
        _options = options;
        _machine = options.AsksOnly ? ThisMachine.Read() : ThisMachine.ReadWithPeaks(LabPaths.ModelCache);
        _store = new(ResultsFolder);
        _book = new(_store, _machine);
        var facts = Directory.CreateTempSubdirectory("detrlab-cases-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(facts, recursive: true);
        var commit = CommitProbe.Read(LabPaths.Root);
        var join = new ResultJoin(facts, commit, _machine.Fingerprint);
        var code = new[] { typeof(BenchmarkRun), typeof(ResultStore), typeof(VariantRegistry), typeof(MachineProbe), typeof(DetectorPipeline) };
        _journal = new(
            Path.Combine(LabConfig.Artifacts, $"{(options.Quick ? "quick" : "full")}-run.json"),
            RunJournal.KeyOf([commit, _machine.Fingerprint, options.Model, options.Calibrate ?? "", options.KeepList ?? "", .. options.Rest, .. code.Select(t => t.Assembly.ManifestModule.ModuleVersionId.ToString())]));
        _progress = new(_book, join, _journal, _machine, Console.Out);
        if (!options.AsksOnly && !options.Restart) { Resume(); }
        Environment.SetEnvironmentVariable(WorkerProcess.HostVariable, typeof(BenchmarkRun).Assembly.Location);
        Config = LabConfig.Create(options, facts, _book)
            .AddEventProcessor(_progress)
            .AddValidator(new PrepareArtefacts())
            .AddFilter(new SimpleFilter(b => !_journal.Done.Contains(ResultJoin.IdOf(b))));
    }

    internal IConfig Config { get; }

    /// <summary>Quick results have wide intervals and must not take the place of full ones.</summary>
    string ResultsFolder => _options.Quick ? Path.Combine(LabPaths.Results, "quick") : LabPaths.Results;

    string PlotsFolder => _options.Quick ? Path.Combine(LabPaths.Plots, "quick") : LabPaths.Plots;

    void Resume()
    {
        _journal.Resume();
        if (_journal.Done.Count == 0) { return; }
        _book.Recall(_journal.Done);
        Console.WriteLine($"Going on with the interrupted run: {_journal.Done.Count} cases are measured already (--restart measures them again)");
    }

    /// <summary>Writes the report and says where everything lies.</summary>
    internal ExitCode Finish(IReadOnlyList<Summary> summaries)
    {
        if (_options.AsksOnly) { return ExitCode.Done; }
        if (_book.Results.Count == 0) { return ExitCode.BadInput; } // BenchmarkDotNet has said what is wrong with the filter
        if (_progress.Failures == 0) { _journal.Complete(); }

        var report = Reporter.Write(new ReportOptions { ResultsDir = ResultsFolder, Machine = Path.GetFileName(_store.FolderOf(_machine)), PlotsDir = PlotsFolder });
        foreach (var summary in summaries.Where(s => s.BenchmarksCases.Length > 0)) { MarkdownExporter.Console.ExportToLog(summary, ConsoleLogger.Default); }
        foreach (var suite in _book.Results.GroupBy(r => r.Suite)) { SpeedUpText.Write([.. suite], _book, Console.Out); }
        Console.WriteLine(report.Answer);
        Console.WriteLine($"Report:  {Relative(report.Markdown)}, {Relative(report.Html)}");
        Console.WriteLine($"Charts:  {string.Join(", ", report.Charts.Select(Relative))}");
        foreach (var warning in report.Warnings) { Console.WriteLine($"Warning: {warning}"); }
        foreach (var result in _book.Results.Where(r => r.Gap is not null)) { Console.WriteLine($"Gap:     {result.Id}: {result.Gap}"); }
        return _progress.Failures > 0 ? ExitCode.CheckFailed : ExitCode.Done;
    }

    static string Relative(string path) => Path.GetRelativePath(LabPaths.Root, path);
}
